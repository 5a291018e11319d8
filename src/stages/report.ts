// The report artifact: one file `report.json`. What evaluate and compare give, and what tables and pages show.
import type { Kept } from './comparison-kept.ts';
import type { LabelBudget } from './consumed.ts';
import type { Summary } from '../learning/statistics/summary.ts';

/** A figure with its 95 % interval where one is known. */
export interface Figure {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

export type Report = EvaluationReport | ComparisonReport | SearchReport;

export interface EvaluationReport {
  readonly type: 'evaluation';
  readonly metrics: Readonly<Record<string, Figure>>;
  /** Rows of scikit-learn's classification_report. */
  readonly per_label: readonly {
    readonly label: string;
    readonly precision: number;
    readonly recall: number;
    readonly f1: number;
    readonly support: number;
  }[];
  /** Rows are true labels, columns predicted ones, in the order of `labels`; null where rows have several labels, and of episodes. */
  readonly confusion: readonly (readonly number[])[] | null;
  /** Where new classes were learnt from a few rows each, again and again: `per_label` is of all queries, and `confusion` null. */
  readonly episodes?: Episodes;
  /** Of a model that knows normal rows alone: `labels` are that of normal rows, and one for all others. */
  readonly anomalies?: Anomalies;
  /** Where rows have several labels. */
  readonly multi_label?: MultiLabel;
  readonly labels: readonly string[];
  readonly rows: number;
  /** Of the texts and true labels of the measured rows, in whatever order. */
  readonly rows_digest: string;
  /** The same of the examples the model was trained on. */
  readonly training_digest: string;
  /** Labelled examples that were consumed: to fit the model, and to select or calibrate it. */
  readonly labels_used: number;
  readonly label_budget: LabelBudget;
  /** Where the probabilities were calibrated: all figures are of the calibrated ones. */
  readonly calibration?: Calibration;
  /** Where rows could go without an answer: `coverage` and `selective_accuracy` are of the answered ones, all else of all rows. */
  readonly abstention?: Abstention;
  /** Where some rows belong to no label of the model: all figures but `oos_…` and `open_accuracy` are of the other rows. */
  readonly out_of_scope?: OutOfScope;
  /** The same metrics of models anyone gets for free: `majority`, `frozen_probe`. */
  readonly baselines: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Where `frozen_probe` was not measured on all rows: the model on the rows that it was measured on. */
  readonly probed?: Probed;
  /** What to be wary of: collapsed predictions, duplicates between train and test. */
  readonly checks: readonly { readonly name: string; readonly message: string }[];
  /** How the intervals were made: `95 % percentile interval over 1000 resamples of the 500 rows; of accuracy …`. */
  readonly interval: string;
  /** The metrics of the rows of each value, by column of `slices:`, in the order of the values. */
  readonly slices: Readonly<Record<string, readonly Slice[]>>;
}

export interface Episodes {
  readonly ways: number;
  readonly shots: number;
  readonly queries: number;
  /** How queries found their class. */
  readonly method: string;
  /** Equal where the same episodes were drawn from the same rows. */
  readonly digest: string;
  /** Of each episode, in the order they were drawn. */
  readonly accuracies: readonly number[];
  /** Accuracy minus that of `baseline` on the same episodes, with the interval of the paired difference. */
  readonly differences: readonly { readonly baseline: string; readonly difference: Figure }[];
}

export interface Anomalies {
  /** The label of normal rows. */
  readonly normal: string;
  /** `mahalanobis`, `euclidean` or `cosine`. */
  readonly distance: string;
  /** Rows beyond it are taken for anomalous. */
  readonly threshold: number;
  /** Normal rows that it was fitted on and that stand alone, and the share of such rows it was to leave within. */
  readonly fitted: number;
  readonly quantile: number;
  /** By the label that rows have: how many, and how many of them were taken for anomalous. */
  readonly kinds: readonly { readonly label: string; readonly rows: number; readonly anomalous: number }[];
}

export interface MultiLabel {
  /** Labels that are at least so probable were given. */
  readonly threshold: number;
  /** Mean number of labels of a row. */
  readonly labels_per_row: { readonly true: number; readonly predicted: number };
  /** Rows below the labels in scikit-learn's classification_report. */
  readonly averages: Readonly<Record<'micro' | 'macro' | 'weighted' | 'samples', Scored>>;
}

export interface Probed {
  readonly rows: number;
  readonly metrics: Readonly<Record<string, Figure>>;
}

interface Scored {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly support: number;
}

/** Temperature scaling. */
export interface Calibration {
  /** What log probabilities were divided by. */
  readonly temperature: number;
  /** Rows it was fitted on. */
  readonly rows: number;
  /** On the measured rows. */
  readonly before: Calibratedness;
  readonly after: Calibratedness;
}

export interface Calibratedness {
  readonly ece: number;
  readonly nll: number;
}

export interface Abstention {
  /** Rows whose most probable label is less probable got no answer. */
  readonly threshold: number;
  readonly answered: number;
  readonly abstained: number;
}

export interface OutOfScope {
  /** Of such rows. */
  readonly label: string;
  readonly rows: number;
  /** With `abstain`: how many of them went without an answer. */
  readonly abstained?: number;
}

export interface Slice {
  readonly value: string;
  readonly rows: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * One metric over the draws of one compared stage: instances trained and measured on the same rows are one. The interval
 * lies within the range of the metric; it is null for one draw, and where all are equal.
 */
export type Sample = Summary;

/** What a search found. Figures are means over the folds. */
export interface SearchReport {
  readonly type: 'search';
  readonly metric: string;
  readonly direction: 'maximize' | 'minimize';
  readonly method: 'random' | 'grid' | 'tpe' | 'halving';
  /** `planned`: what the method asks for. `complete`: measured on every fold. `tried` includes `failed`. */
  readonly trials: {
    readonly planned: number;
    readonly tried: number;
    readonly complete: number;
    readonly failed: number;
  };
  /** Null where rows to choose with were given by `on:`. */
  readonly folds: number | null;
  readonly best: SearchedFigure & {
    /** Counted from 1. */
    readonly trial: number;
    readonly values: Readonly<Record<string, string | number | boolean>>;
  };
  /** With the declared defaults in the places of the search; null where a place has none. */
  readonly defaults: SearchedFigure | null;
  /** Best minus defaults, over the folds; null without defaults, bounds null for fewer than two folds, and where all are equal. */
  readonly difference: {
    readonly mean: number;
    readonly low: number | null;
    readonly high: number | null;
  } | null;
  /**
   * How much of the figure of the best trial is the luck of the search, not below 0; null where it cannot be estimated.
   * `of`: trials that it was estimated from. `at_least`: others were dropped before, and that added to it.
   */
  readonly optimism: { readonly value: number; readonly of: number; readonly at_least: boolean } | null;
  readonly labels_used: number;
  readonly label_budget: LabelBudget;
  /** What a reader should know of how the figures came about. */
  readonly notes: readonly string[];
}

export interface SearchedFigure {
  readonly score: number;
  /** By fold. */
  readonly scores: readonly number[];
}

export interface ComparisonReport {
  readonly type: 'comparison';
  /** By metric, then by compared name. */
  readonly metrics: Readonly<Record<string, Readonly<Record<string, Sample>>>>;
  /** Paired over equal keys; none of names that were not measured on the same rows. */
  readonly differences: readonly {
    readonly metric: string;
    readonly a: string;
    readonly b: string;
    readonly mean: number;
    /** 95 % t-interval of the paired difference; null for one pair, and where all are equal. */
    readonly low: number | null;
    readonly high: number | null;
    readonly n: number;
    readonly test: 't' | 'wilcoxon' | 'permutation';
    /** Null for one pair, and by `t` where all pairs are equal. */
    readonly p: number | null;
    /** Holm-corrected over all differences of this report. */
    readonly p_holm: number | null;
    /** With a baseline, which is `b`: the share of its figure that `a` has, where the metric is one that has shares. */
    readonly kept?: Kept;
  }[];
  readonly names: readonly string[];
  /** What a reader should know of how the figures came about. */
  readonly notes: readonly string[];
  /** Of each name, that of the instance that used most. */
  readonly labels_used: readonly number[];
  readonly label_budgets: readonly LabelBudget[];
}
