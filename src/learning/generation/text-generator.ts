// Texts to other texts with a sequence-to-sequence model in a folder: its tokenizer, its rules, and languages where it knows several.
import { objectIn, readJson, type ModelFolder } from '../encoders/model-folder.ts';
import { loadTokenizer } from '../encoders/tokenizer.ts';
import { generate, type GenerateOptions } from './generate.ts';
import { generationRules, type GenerationRules } from './generation-rules.ts';
import { languageTokens } from './languages.ts';
import type { Sampling } from './next-token.ts';
import type { SequenceFiles } from './sequence-model.ts';

export interface TextAsked {
  readonly text: string;
  /** Without it the likeliest token is taken at every step. */
  readonly sampling: Sampling | undefined;
  /** Tokens of the languages, for a model that knows several. */
  readonly languages?: { readonly from: number; readonly to: number } | undefined;
}

export interface TextGenerator {
  readonly rules: GenerationRules;
  /** The token of a language: `fr`, `__fr__`, `fr_XX` or `fra_Latn`; nothing where the model has none. */
  language(code: string): number | undefined;
  /** Special tokens around a text, as its tokenizer puts them; a text that is too long is cut. */
  encode(asked: TextAsked): readonly number[];
  /** One text for each, which may be empty. */
  texts(asked: readonly TextAsked[], options: GenerateOptions): Promise<readonly string[]>;
}

/** Tokens of a text that are read where the files set no limit. */
const usualPlaces = 512;

/** Throws `ModelError` for a folder that cannot be used. */
export async function loadTextGenerator(folder: ModelFolder, files: SequenceFiles): Promise<TextGenerator> {
  const object = async (name: string) => objectIn((await readJson(folder, name)) ?? {}, name);
  const config = await object('config.json');
  const rules = generationRules(config, await object('generation_config.json'));
  const { model_type: type } = config;
  const tokenizer = await loadTokenizer(folder, {
    positions: rules.places ?? usualPlaces,
    ...(typeof type === 'string' && { type }),
  });
  const encode = ({ text, languages }: TextAsked): readonly number[] => {
    const ids = tokenizer.encode(text);
    // Tokenizers of such models put the language of the text before it.
    return languages === undefined ? ids : [languages.from, ...ids.slice(1)];
  };
  return {
    rules,
    language: (code) =>
      languageTokens(code)
        .map((token) => tokenizer.idOf(token))
        .find((id) => id !== undefined),
    encode,
    texts: async (asked, options) => {
      const made = await generate(
        files,
        asked.map((one) => ({ ids: encode(one), sampling: one.sampling, forcedFirst: one.languages?.to })),
        rules,
        options,
      );
      return made.map((ids) => tokenizer.decode(ids));
    },
  };
}
