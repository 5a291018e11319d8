// A model that is asked while copies are drawn, and answers all at once.
import type { ModelContext } from './model-source.ts';

export interface AnswerOptions {
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => void;
}

/** A model that is loaded. */
export interface AnsweringModel<Question, Answer> {
  /** One for each. */
  answer(questions: readonly Question[], options: AnswerOptions): Promise<readonly Answer[]>;
  dispose(): Promise<void>;
}

/** With questions that it has been asked and not answered. */
export interface AskedModel<Question, Answer> {
  /** Nothing where that has yet to be answered. */
  readonly ask: (question: Question) => Answer | undefined;
  readonly waiting: () => boolean;
  /** Answers them all. Loads the model, where it is not. */
  readonly answer: () => Promise<void>;
  /** Frees what it holds; it can be asked again. */
  readonly close: () => Promise<void>;
}

/** `Question` is plain data, and equal ones have one answer. `unit`: what progress counts. */
export function askedModel<Question, Answer>(
  load: () => Promise<AnsweringModel<Question, Answer>>,
  unit: string,
  { signal, progress }: Pick<ModelContext, 'signal' | 'progress'>,
): AskedModel<Question, Answer> {
  const known = new Map<string, Answer>();
  const asked = new Map<string, Question>();
  let loaded: AnsweringModel<Question, Answer> | undefined;
  return {
    ask: (question) => {
      const key = JSON.stringify(question);
      const found = known.get(key);
      if (found === undefined) asked.set(key, question);
      return found;
    },
    waiting: () => asked.size > 0,
    answer: async () => {
      const keys = [...asked.keys()];
      const questions = [...asked.values()];
      asked.clear();
      loaded ??= await load();
      const told = (done: number, total: number): void => progress({ done, total, unit });
      const answers = await loaded.answer(questions, { signal, progress: told });
      answers.forEach((answer, i) => known.set(keys[i] ?? '', answer));
    },
    close: async () => {
      const before = loaded;
      loaded = undefined;
      await before?.dispose();
    },
  };
}
