// A student that is made for a `distill`: what `encoder(…)` takes, and the folder that it becomes from that of the teacher.
import type { Random } from '../learning/random.ts';
import type { Artifact } from './artifact.ts';
import { onlyFiles } from './artifact-folder.ts';
import { translatedFolder } from './huggingface-source.ts';
import { int, type CallOf } from './option.ts';

export const studentCalls = {
  encoder: {
    doc:
      "A new encoder of the teacher's family. It starts as some of the teacher's layers, evenly spaced with the first and the last, and with " +
      "its words' vectors; what has another shape starts at random.",
    arguments: {
      layers: int({ min: 1, max: 48, required: true, doc: "How many, at most the teacher's." }),
      width: int({
        min: 4,
        max: 4096,
        doc: "Numbers of a state. Without it: the teacher's. With another nearly everything starts at random.",
      }),
      heads: int({
        min: 1,
        max: 256,
        doc: "Of each layer; `width` is a multiple of it. Without it: the teacher's.",
      }),
      inner: int({
        min: 4,
        max: 65536,
        doc: "Numbers between the two products of a layer. Without it: the teacher's.",
      }),
      vocabulary: int({
        min: 256,
        doc: 'Word pieces at most: those that the rows use most; the others are spelled with shorter ones. Without it: all.',
      }),
    },
  },
} as const;

export type StudentCall = CallOf<typeof studentCalls>;

export interface NewStudent {
  /** Files that are the teacher's. */
  readonly kept: Artifact;
  readonly made: Readonly<Record<string, Uint8Array<ArrayBuffer>>>;
  /** How it starts. */
  readonly note: string;
}

/** `teacher` is a model folder. Throws `Failure` where it cannot have such a student. */
export async function newStudent(
  teacher: Artifact,
  { arguments: sizes }: StudentCall,
  texts: readonly string[],
  random: Random,
): Promise<NewStudent> {
  const { newEncoder } = await import('../learning/encoders/new-encoder.ts');
  const made = await translatedFolder(teacher, (folder) => newEncoder(folder, sizes, texts, random));
  const { layers, taken, random: fresh, vocabulary } = made;
  const kept = onlyFiles(
    teacher,
    (name) => !/\.safetensors(\.index\.json)?$/.test(name) && !Object.hasOwn(made.files, name),
  );
  const share = Math.round((100 * taken) / (taken + fresh));
  const starts =
    taken === 0
      ? 'the student starts at random: nothing of the teacher has its shapes'
      : layers.length === 0
        ? `the student starts at random but for ${share} % of its numbers: its layers have other shapes than the teacher's`
        : `the student starts with the layers ${listed(layers)} of the teacher${fresh === 0 ? ' and its words' : ` as far as their shapes are alike: ${share} % of its numbers`}`;
  const words =
    vocabulary.kept === vocabulary.of
      ? ''
      : `; it knows ${vocabulary.kept} of the teacher's ${vocabulary.of} word pieces`;
  const size = `${((taken + fresh) / 1e6).toPrecision(3)} million numbers`;
  return { kept, made: made.files, note: `${starts}${words}; ${size}` };
}

function listed(numbers: readonly number[]): string {
  return numbers.length < 2
    ? numbers.join()
    : `${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1) ?? ''}`;
}
