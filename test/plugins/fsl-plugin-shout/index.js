// A stage kind `shout`: the same rows with their texts in capital letters, some of them louder.

/** @type {import('fslrun').PluginModule} */
export default function plugin({ dataset, defineStage, failure, input, option }) {
  const shout = defineStage({
    name: 'shout',
    version: 1,
    doc: 'Puts texts into capital letters. A share of the rows, drawn by the seed, gets exclamation marks.',
    example: 'load d { from: "d.csv"  text: "text"  label: "label" }\nshout loud { from: d  marks: 2 }',
    options: {
      marks: option.int({ min: 0, max: 9, default: 1, doc: 'How many exclamation marks.' }),
      share: option.share({ default: 0.5, doc: 'How many of the rows get them.' }),
      voice: option.word(
        { plain: 'capital letters alone', polite: 'with a word of thanks' },
        { default: 'plain', doc: 'How it sounds.' },
      ),
      token: option.secret({ doc: 'Of a service that shouts; the example only looks at its length.' }),
    },
    inputs: { from: input.required('dataset', { use: 'transform', doc: 'The rows.' }) },
    outputs: { '': { type: 'dataset', doc: 'The rows, with other texts.' } },
    randomness: ({ marks }) => marks > 0,
    check: ({ options, inputs, report }) => {
      const from = inputs.dataset('from');
      if (options.marks === 0 && options.voice === 'polite')
        report('marks', {
          code: 'option-without-effect',
          severity: 'warning',
          message: 'a polite shout has no marks anyway',
        });
      return {
        '': from ?? {
          type: 'dataset',
          columns: undefined,
          rows: undefined,
          labelled: true,
          labels: undefined,
          partition: undefined,
        },
      };
    },
    run: async ({ inputs, options, output, progress, random, note, secret }) => {
      const from = await dataset.read(inputs.from);
      const draw = random('marks');
      const thanks = options.voice === 'polite' ? ', THANK YOU' : '';
      const texts = dataset.texts(from).map((text, i) => {
        progress({ done: i + 1, total: from.rows, unit: 'rows' });
        const marks = draw.next() < options.share ? '!'.repeat(options.marks) : '';
        return text.toUpperCase() + thanks + marks;
      });
      if (from.rows === 0)
        throw failure({ code: 'empty-data', message: 'there is nobody to shout at' }, 'from');
      if (options.token !== undefined) note(`the token ${secret(options.token)} has been looked at`);
      await dataset.write(output(), dataset.withTexts(from, texts));
    },
  });
  return { stages: [shout] };
}
