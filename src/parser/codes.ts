// Every problem FSL can name: what it means and how to mend it, for `fslrun explain CODE` and docs/errors.md.
// A new code needs an example that yields it: test/golden/codes/CODE/main.fsl, see test/codes/codes.test.ts.

export interface CodeEntry {
  /** One line. */
  readonly title: string;
  /** Why it is a problem and what to do. */
  readonly text: string;
}

export const codes = {
  // Text
  'unexpected-text': {
    title: 'something else was expected here',
    text: 'The text does not follow the grammar at this place. The message says what was expected.',
  },
  'unclosed-string': {
    title: 'a string has no end',
    text: 'A string in single double quotes ends on its own line. Close it with `"`, or use `"""` for several lines.',
  },
  'bad-escape': {
    title: 'an unknown escape in a string',
    text: 'Strings take the JSON escapes: `\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX`.',
  },
  'bad-number': {
    title: 'a number that cannot be read',
    text: 'Write `12`, `1_000`, `2.5`, `2e-5`, `10%`, `30s`, `5m`, `2h`, `30d`, `512MB` or `8GB`.',
  },
  'bad-character': {
    title: 'a character that means nothing here',
    text: 'The language uses ASCII outside strings and comments. Remove the character, or put it into a string.',
  },
  'not-utf8': {
    title: 'a file that is not UTF-8',
    text: 'Programs and data files are UTF-8. Convert the file, for example with `iconv -f latin1 -t utf-8 old > new`.',
  },
  'file-too-large': {
    title: 'a file that is too large to be a program',
    text: 'A program has at most 4 MB. Data belongs into data files, which `load` reads; many alike stages into an `each`.',
  },
  'too-deep': { title: 'nested too deeply', text: 'Expressions and blocks nest at most 200 deep.' },
  // Names
  'duplicate-name': {
    title: 'a name is declared twice',
    text: 'Declarations of a file share one namespace. Rename one of them.',
  },
  'unknown-name': {
    title: 'a name that nothing declares',
    text: 'The name is neither a word that the option knows, nor an `each` variable, `let`, `param` or stage.',
  },
  'unknown-kind': {
    title: 'a stage kind that does not exist',
    text: 'A stage starts with its kind. `fslrun explain` lists the kinds.',
  },
  'unknown-option': {
    title: 'an option that the stage does not have',
    text: '`fslrun explain KIND` lists the options of a kind.',
  },
  'too-few-resources': {
    title: 'a stage asks for more than this machine has',
    text: '`resources` says what a step takes of the machine while it runs: `{ cores: 2, memory: 8GB, gpu: 1 }`. A step that asks for more than there is could never run here. Lower the number, or run the program on a larger machine.',
  },
  'duplicate-option': {
    title: 'an option is given twice',
    text: 'Each option is given at most once in a block. Remove one of them.',
  },
  'missing-option': { title: 'a required option is missing', text: 'Add the option to the stage.' },
  'unknown-part': {
    title: 'a part that the stage does not give',
    text: '`stage.part` names one of the outputs of a stage, and only those that its options ask for.',
  },
  'ambiguous-word': {
    title: 'a bare word that is also a name',
    text: 'The option knows this word, and something of the same name is declared. The word wins; write `(name)` to mean the declaration.',
  },
  'unused-stage': {
    title: 'a stage that nothing uses',
    text: 'The stage is not a report, writes no files and nothing reads it, so it is never run unless it is named on the command line.',
  },
  'language-version': {
    title: 'a language version this runner does not know',
    text: 'The first declaration `fsl N` says which version of the language a file is written in. Install a newer fslrun, or lower the number.',
  },
  'not-supported': {
    title: 'a form of the language that this version does not run',
    text: 'The form is part of the language, but this version of fslrun cannot run it yet.',
  },
  // Values
  'wrong-type': { title: 'a value of the wrong type', text: 'The message says what the option takes.' },
  'out-of-range': { title: 'a value outside its range', text: 'The message gives the range.' },
  'unknown-word': {
    title: 'a word the option does not know',
    text: '`fslrun explain KIND.OPTION` lists the words.',
  },
  'unknown-argument': {
    title: 'an argument that the call does not have',
    text: '`fslrun explain KIND.OPTION` lists the calls and their arguments.',
  },
  'unknown-parameter': {
    title: 'a parameter the program does not declare',
    text: '`--set` and `--params` give values to the `param` declarations of the program.',
  },
  'bad-params-file': {
    title: 'a file of parameters that cannot be read',
    text: '`--params FILE.yaml` takes YAML or JSON: one map from names of parameters to their values. Durations, sizes and shares are written as in the language.',
  },
  'missing-parameter': {
    title: 'a parameter without a value',
    text: 'The `param` has no default. Give it with `--set NAME=VALUE`.',
  },
  'option-without-effect': {
    title: 'a value that changes nothing',
    text: 'Together with the other options of the stage the value is not used. Remove it, or change the option that decides.',
  },
  'training-diverged': {
    title: 'a training whose loss is no number any more',
    text: 'Steps were so large that the numbers left the range they are kept in. A lower `learning_rate` or a longer `warmup` helps.',
  },
  'duplicate-element': {
    title: 'equal elements in the list of an `each`',
    text: 'Each element is one instance; equal ones would be the same step twice.',
  },
  'list-expected-one': {
    title: 'a list where one artifact is expected',
    text: 'Outside its `each`, a name means all instances. Move the stage into the `each`, or select one: `score[seed: 13]`.',
  },
  'identical-instances': {
    title: 'an `each` variable that changes nothing',
    text: 'Instances that do the same work would fake a perfect interval. Use the variable in an option, such as `seed: seed`.',
  },
  'searched-seed': {
    title: 'a search over seeds',
    text: 'The best of several random draws is luck, not a property of the method: its figure would not come again. Search over options, and repeat the whole over seeds with `each`.',
  },
  'wrong-direction': {
    title: 'a search for the worst',
    text: 'Of `ece`, `brier` and `nll` less is better: they are minimised. Of every other metric more is better.',
  },
  'unpaired-keys': {
    title: 'instances that cannot be paired',
    text: '`compare` pairs the instances of its stages by equal keys of `each`.',
  },
  'empty-list': { title: 'a list without elements', text: 'At least one element is needed here.' },
  cycle: {
    title: 'stages that need each other',
    text: 'Each of these stages waits for the next one. Break the circle.',
  },
  // Artifacts
  'wrong-artifact': {
    title: 'an artifact of the wrong type',
    text: 'An input takes a dataset, a model, a report or files. The message says which.',
  },
  'needs-classifier': {
    title: 'an encoder where a classifier is wanted',
    text: 'An encoder gives vectors, not labels. Put a `fine-tune` before it: its result is a classifier.',
  },
  'needs-labels': {
    title: 'rows without labels',
    text: 'The stage learns from or measures against labels. Give `label:` to `load`, or use a labelled part.',
  },
  'needs-text': {
    title: 'rows without texts',
    text: 'The stage reads texts. Give `text:` to `load`: a column, or a template such as `"{title}. {description}"`.',
  },
  'too-few-labels': {
    title: 'fewer than two labels',
    text: 'A classifier decides between labels. Check the `label:` of `load`, or bring rows of another label.',
  },
  'several-kinds': {
    title: 'rows of several labels where all should be normal',
    text: '`one_class` learns from normal rows alone. Say which label is theirs, `one_class(normal: "…")`: rows of others are then left out.',
  },
  'labels-without-rows': {
    title: 'a label that no training row has',
    text: 'Nothing can be learnt about a label without rows. Draw by label (`train: 8 per label`), or leave the label out.',
  },
  'shared-classes': {
    title: 'classes that are measured as new and were learnt',
    text: 'A net that learns to learn is measured on classes that it has never seen; these it has learnt from. Keep the classes of `meta-learn` and of the measured rows apart in `load`, by files or by `where`, or use `overlap: drop`. Classes are told apart by their names: where others only have the same names, `label_names` gives them new ones.',
  },
  overlap: {
    title: 'rows that are measured and were learnt from',
    text: 'The same texts, without regard to white space and case, were learnt by the model, or by one it was made from, and are measured: the figure would be too good. Use `overlap: drop`, or split with `duplicates: together` or `drop`. Where a published split asks for these rows, `overlap: keep` measures on them, with the reason in `allow: leakage("why")`.',
  },
  'unknown-column': {
    title: 'a column that the data does not have',
    text: 'The message lists the columns of the data.',
  },
  'bad-verbalizer': {
    title: 'words that cannot stand for the labels',
    text: 'A `verbalizer` gives every label at least one word, no word to two labels, and where a model is asked for them its tokenizer can spell each word. A word of several tokens is scored by the mean of theirs. The message says which word it is.',
  },
  'unknown-label': {
    title: 'a label that the data does not have',
    text: 'The message lists the labels of the data.',
  },
  'too-few-rows': {
    title: 'more rows asked for than there are',
    text: 'The parts of a split are drawn from the rows without overlap. Lower the counts or bring more data.',
  },
  'overlapping-parts': {
    title: 'labelled parts that overlap',
    text: 'A row that is in two labelled parts would be learnt and tested on. Name each row once.',
  },
  'label-in-text': {
    title: 'a text that holds its own label',
    text: 'The text is made from the column of the labels. A model would read the answer when it learns and when it is measured, so that its figure would mean nothing, and texts that have no label yet could not be made. Leave that column out of the text or the template; `allow` does not speak for it.',
  },
  leakage: {
    title: 'test rows reach something that learns',
    text: 'A stage that fits or selects may not read a test part, through any number of stages, and no model is measured on rows that it was fitted on: the figure would not be believable. The message names the way that the rows take. Use the train or validation part; rows of one `split` are apart. Where it has to be, `allow: leakage("why")` makes it a mark on every report behind.',
  },
  // Files
  'missing-file': {
    title: 'a file that is not there',
    text: 'Paths in a program are relative to the program; those of `--set` to the working directory.',
  },
  'outside-project': {
    title: 'a file outside the project',
    text: "`import` and `read` take files of the project: the folder of the nearest package.json or .git at or above the program, else the program's own. Copy the file there, or allow its folder with `--allow-read DIR`.",
  },
  'unset-variable': {
    title: 'an environment variable that is not set',
    text: '`env("NAME")` needs the variable; `env("NAME", "text")` says what to take without it. A stage with `secret("NAME")` needs it when it runs.',
  },
  'unreadable-file': {
    title: 'a file that cannot be read',
    text: 'The message carries the reason of the operating system.',
  },
  'bad-table': {
    title: 'a data file that cannot be read as a table',
    text: 'A row has other fields than the header, a quote is not closed, or a line is not JSON. Mend the row, or use `on_error: skip`.',
  },
  'bad-image': {
    title: 'pictures that cannot be used',
    text: 'A picture is damaged, is no picture, or declares a size that is not decoded; or pictures that should have one size have several. Mend the files, use `on_error: skip`, or say the `size`.',
  },
  'empty-data': {
    title: 'data without rows',
    text: 'The file has a header at most, or every row was left out.',
  },
  'bad-checksum': {
    title: 'a file that does not have the stated checksum',
    text: 'The contents are not those the program was written for.',
  },
  'missing-model-file': {
    title: 'a model folder that lacks a file',
    text: 'A model folder has `config.json`, `model.safetensors` and `tokenizer.json`, as Hugging Face writes them.',
  },
  'not-downloaded': {
    title: 'a model of the hub that is not in the cache, and no network allowed',
    text: '`hf:owner/name` is downloaded once and kept in the cache folder of Hugging Face. With `--offline` only what is there can be used.',
  },
  'download-failed': {
    title: 'a model of the hub that cannot be had',
    text: 'The message says what the hub answered. What has been downloaded is kept: the next run goes on from there. `HF_ENDPOINT` names a mirror, `HF_TOKEN` gives access to private and gated models.',
  },
  'bad-model': {
    title: 'a model folder that cannot be used',
    text: 'A file of the folder is damaged, or does not fit the others, or the architecture is not one that FSL runs.',
  },
  'no-parity': {
    title: 'exported files that do not say what the model says',
    text: 'With `parity`, `export` reads its files again and compares labels and probabilities row by row. The message names the rows that are farthest apart. Nothing was written to `to`.',
  },
  'unknown-builtin': {
    title: 'a built-in model that does not exist',
    text: 'The message lists the built-in models.',
  },
  'output-clash': {
    title: 'a `to:` that names a file the program reads or writes elsewhere',
    text: 'Writing would destroy what the program reads, or one result would replace the other. Give every `to:` a path of its own.',
  },
  'foreign-file': {
    title: 'a file that is there already and is not by fslrun',
    text: 'A `to:` names a file that fslrun did not write, so it is left as it is. The result itself is kept: give another path, move the file away, or overwrite it with `--force`.',
  },
  'changed-file': {
    title: 'a written file that was changed by hand',
    text: 'fslrun wrote the file of a `to:`, and somebody changed it since, so it is left as it is. `--force` overwrites it.',
  },
  'changed-during-run': {
    title: 'an input that changed while the step ran',
    text: 'The result may belong to neither version, so it was dropped. Run again.',
  },
  // Running
  'corrupt-object': {
    title: 'a stored file with the wrong contents',
    text: 'The contents do not match their digest. The step that made it will run again.',
  },
  'worker-died': {
    title: 'a worker process that ended by itself',
    text: 'The process that ran the step was killed or crashed; often the machine ran out of memory. Finished steps are kept; run again.',
  },
  'step-timeout': {
    title: 'a step that ran longer than its `timeout`',
    text: 'Raise `timeout:`, or make the step smaller.',
  },
  'disk-full': {
    title: 'no room left on the disk',
    text: 'Finished steps are kept. Free some space (`fslrun gc`), or give another `--store`, and run again.',
  },
  'store-version': {
    title: 'a store written by another version',
    text: 'Use another folder with `--store`, or remove the old one: everything in it can be made again.',
  },
  'bad-plugin': {
    title: 'a plug-in package that cannot be used',
    text: '`use "package"` takes a package whose default export gives stage kinds. The message says what is wrong with it.',
  },
  'secret-in-output': {
    title: 'a stage that writes a secret',
    text: 'The value of `secret("NAME")` never gets into the store. A plug-in has put it into a file of its result: that is a mistake of the plug-in.',
  },
  'missing-package': {
    title: 'an optional package that is not installed',
    text: 'The message carries the one command that adds it.',
  },
  'missing-device': {
    title: 'a GPU that was asked for and is not there',
    text: 'The message says what was tried. `fslrun doctor` shows what computes here and what adds the rest; without `device` the processor computes.',
  },
  'device-failed': {
    title: 'a GPU that failed while it computed',
    text: 'With `device: auto` the step starts again on the processor by itself. Finished steps are kept.',
  },
  'out-of-memory': {
    title: 'a step that asked for more memory than there is',
    text: 'The message says how much was asked for and what to lower. Finished steps are kept.',
  },
  'unsupported-kernel': {
    title: 'an operation the backend does not have',
    text: 'Use another `--backend`. If it is the default one, this is worth a report.',
  },
  'command-line': {
    title: 'a command line that cannot be understood',
    text: '`fslrun --help` and `fslrun COMMAND --help` show what there is.',
  },
  internal: {
    title: 'a mistake in FSL itself',
    text: 'This should not happen, whatever the program says. Please report it with the text shown.',
  },
} as const satisfies Readonly<Record<string, CodeEntry>>;

export type Code = keyof typeof codes;
