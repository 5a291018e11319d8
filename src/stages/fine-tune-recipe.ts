// What `fine-tune` does where a program names no method. Knows the methods, and of model and rows only what decides between them.
import type { Artifact } from './artifact.ts';
import { builtinFile } from './builtins.ts';
import type { Dataset } from './dataset.ts';
import { methods, plainHead, svmHead, type AskedMethod, type Method } from './fine-tune-method.ts';
import { knownRows, type KnownRows } from './known-rows.ts';
import type { LabelTemplates } from './label-texts.ts';
import { encoderOf } from './model-source.ts';
import { mixedColumns } from './training-rows.ts';

export interface RecipeFacts {
  /** Whether the encoder can be trained; where that is not known, it mostly can. */
  readonly trainable: boolean | undefined;
  readonly rows: number | undefined;
  /** `plain`: single texts, and no pictures, with one label each, none of them mixed, and no prompt asks for a word. */
  readonly kind: 'plain' | 'several labels' | 'other';
}

/** The most texts that training learns from in all its passes: minutes on two cores. */
const mostTexts = 20_000;

export function settledMethod(asked: AskedMethod, { trainable, rows, kind }: RecipeFacts): Method {
  if (asked.name !== 'auto') return asked;
  if (kind === 'several labels') return svmHead;
  if (trainable === false || kind === 'other') return plainHead;
  const { iterations } = methods.contrastive.arguments;
  const usual = iterations.fallback as number; // declared with it
  const fewer = rows === undefined ? usual : Math.floor(mostTexts / Math.max(1, rows));
  return {
    name: 'contrastive',
    arguments: {
      iterations: Math.max(1, Math.min(usual, fewer)),
      loss: undefined,
      c: undefined,
    },
  };
}

export function factsOf(model: Artifact, rows: Dataset): RecipeFacts {
  return {
    trainable: !encoderOf(model).names.includes(builtinFile),
    rows: rows.rows,
    kind: kindOf(knownRows(rows)),
  };
}

export function kindOf(rows: KnownRows | undefined): RecipeFacts['kind'] {
  if (rows?.multi_label === true) return 'several labels';
  const mixed = rows?.columns?.includes(mixedColumns.text) === true;
  const { labelled, images, pairs, prompt } = rows ?? {};
  const other = labelled === false || images === true || pairs === true || prompt?.mask === true || mixed;
  return other ? 'other' : 'plain';
}

/** The texts of labels that are asked for, where the program says so or leaves it to the recipe. */
export function templatesFor(
  rows: Dataset,
  given: LabelTemplates | undefined,
  { asked, method }: { readonly asked: AskedMethod; readonly method: Method },
): LabelTemplates {
  if (given !== undefined) return given;
  const prompted = rows.prompt !== undefined && rows.prompt.label_templates.length > 0;
  return asked.name === 'auto' && method.name === 'contrastive' && !prompted ? 'auto' : 'none';
}
