// A classifier as the files of a folder for ONNX Runtime: the model, its tokenizer, and what it is. Knows no file system.
import { objectIn, parseJson, type ModelFolder } from '../encoders/model-folder.ts';
import { readFolderConfig } from '../encoders/read-folder.ts';
import type { Head } from '../heads/head.ts';
import { classifierModel } from './classifier-model.ts';
import { readsTypes } from './encoder-graph.ts';
import { exportedTokenizer, without } from './exported-tokenizer.ts';
import type { WeightPrecision } from './graph-builder.ts';

export const onnxFile = 'model.onnx';

export interface ClassifierToExport {
  readonly head: Head;
  /** In the order of the head's outputs. */
  readonly labels: readonly string[];
  /** Where a text gets every label that is at least so probable. */
  readonly threshold: number | undefined;
  /** Tokens read of a text; nothing for what the folder says. */
  readonly maxTokens: number | undefined;
  /** Whether it reads pairs of texts, both together. */
  readonly pairs: boolean;
}

/** What a reader of the folder has to know. */
export interface ExportedFacts {
  readonly maxTokens: number;
  /** Whether the model has an input that tells the texts of a pair apart. */
  readonly types: boolean;
  /** Whether texts are made lower case before. */
  readonly lower: boolean;
}

export interface ExportedClassifier extends ExportedFacts {
  readonly files: Readonly<Record<string, Uint8Array | string>>;
}

/** Throws `ModelError` for a folder that is not complete, damaged, or of an architecture FSL does not run. */
export async function exportedClassifier(
  folder: ModelFolder,
  classifier: ClassifierToExport,
  precision: WeightPrecision,
): Promise<ExportedClassifier> {
  const { head, labels, threshold, pairs } = classifier;
  const config = await readFolderConfig(folder);
  const stated = objectIn(parseJson(await folder.read('config.json'), 'config.json'), 'config.json');
  const { tokenizer, settings, padding, ...facts } = await exportedTokenizer(
    folder,
    config,
    stated,
    classifier.maxTokens,
  );
  const { maxTokens, lower } = facts;
  const described = {
    ...without(stated, [
      '_name_or_path',
      'architectures',
      'dtype',
      'torch_dtype',
      'use_cache',
      'gradient_checkpointing',
    ]),
    pad_token_id: padding.id,
    id2label: Object.fromEntries(labels.map((label, i) => [i, label])),
    label2id: Object.fromEntries(labels.map((label, i) => [label, i])),
    problem_type: threshold === undefined ? 'single_label_classification' : 'multi_label_classification',
    fsl: {
      max_tokens: maxTokens,
      pairs,
      lower_case: lower,
      head: { kind: head.kind, ...head.settings },
      ...(threshold !== undefined && { threshold }),
    },
  };
  return {
    maxTokens,
    lower,
    types: readsTypes(config),
    files: {
      [onnxFile]: await classifierModel(folder, head, precision),
      'config.json': json(described),
      'tokenizer.json': json(tokenizer),
      'tokenizer_config.json': json(settings),
      ...(lower && { 'sentence_bert_config.json': json({ max_seq_length: maxTokens, do_lower_case: true }) }),
    },
  };
}

function json(value: object): string {
  return JSON.stringify(value, null, 2) + '\n';
}
