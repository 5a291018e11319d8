// Pairs of texts through the command: a program, its predictions as a file, and texts of one's own.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWorker, openRig, removeWorker, type Rig } from './rig.ts';

const program = `fsl 1
# Does the answer fit the question?
load answers { from: "answers.csv"  text: ["question", "answer"]  label: "fits" }
split parts { from: answers  train: 6 per label  test: rest  seed: 1 }
fine-tune model { model: "builtin:ngrams"  from: parts.train }
evaluate score { model: model  on: parts.test }
predict said { model: model  from: parts.test  to: "said.csv" }
`;
const topics = [
  'card',
  'parcel',
  'invoice',
  'password',
  'heating',
  'garden',
  'train',
  'library',
  'museum',
  'swimming',
];
const table = topics
  .flatMap((topic, i) => [
    `What about the ${topic}?,Of the ${topic} we say: it is number ${i}.,yes`,
    `Tell me of the ${topic},Of the ${topics[(i + 3) % 10]} we say: it is number ${i}.,no`,
  ])
  .join('\n');

let worker = '';
let rig: Rig;
beforeAll(async () => {
  worker = await buildWorker();
  rig = await openRig(worker);
  await rig.write('answers.csv', `question,answer,fits\n${table}\n`);
  await rig.write('pairs.fsl', program);
  const { code, stderr } = await rig.run(['pairs.fsl']);
  expect(stderr).not.toContain('error');
  expect(code).toBe(0);
}, 120_000);
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  await removeWorker(worker);
});

const asked = ['predict', 'pairs.fsl', 'model', '--neighbours', '1'];

test('predictions keep both columns', () => {
  const [header = '', ...rows] = readFileSync(join(rig.folder, 'said.csv'), 'utf8').trim().split('\n');
  expect(header).toBe('question,answer,fits,predicted,probability');
  expect(rows).toHaveLength(8);
});

test('two texts are a pair, and so is a line with a tab', async () => {
  const pair = ['Where is the card?', 'Of the card we say: here.'];
  const { stdout } = await rig.run([...asked, ...pair]);
  expect(stdout).toMatch(
    /^yes 0\.\d+ {2}Where is the card\? \| Of the card we say: here\.\n +0\.\d+ yes: .+ \| .+\n$/,
  );
  const piped = await rig.run(asked, {
    input: `${pair.join('\t')}\nTell me of the card\tOf the train we say: no.\n`,
  });
  expect(piped.stdout.startsWith(stdout)).toBe(true);
  expect(piped.stdout.split('\n').filter((line) => line.startsWith('no '))).toHaveLength(1);
});

test('one text alone is no pair, nor are two lines', async () => {
  const alone = await rig.run([...asked, 'Where is the card?']);
  expect(alone.code).toBe(2);
  expect(alone.stderr).toContain('this model reads pairs of texts, and the last text has no other one');
  expect(alone.stderr).toContain('give two texts for each pair, `question` and `answer`');
  const lines = await rig.run(asked, { input: 'a\tb\n\nWhere is the card?\nOf the card we say: here.\n' });
  expect(lines.stderr).toContain('line 3 of the standard input is none');
});

test('what was loaded is shown with both roles', async () => {
  const { stdout } = await rig.run(['show', 'pairs.fsl', 'answers']);
  expect(stdout).toContain('20 rows; text `question`, second `answer`, label `fits`');
});

test('what pairs cannot be is told by `check`, each mistake once, with what to do', async () => {
  await rig.write(
    'wrong.fsl',
    `load three { from: "answers.csv"  text: ["question", "answer", "fits"] }
augment more { from: twice  with: swap  rate: 3% }
load twice { from: "answers.csv"  text: ["question", "{question}"] }
`,
  );
  await rig.write(
    'models.fsl',
    `${program}load inbox { from: "more.csv"  text: ["question", "answer"]  label: "fits" }
fine-tune apart { model: "builtin:fsl-mini"  from: parts.train }
adapt whole { model: apart  from: inbox  update: full }
adapt goes { model: together  from: inbox  update: full }
fine-tune together { model: "builtin:fsl-mini"  from: parts.train  pairs: together }
adapt again { model: together  from: inbox  passes: 3 }
fine-tune normal { model: "builtin:ngrams"  from: parts.train  method: one_class }
prompt asked { from: parts.train  template: "{text} {mask}" }
fine-tune by_word { model: "builtin:fsl-mini"  from: asked  method: cloze }
prompt named { from: parts.train  template: "{question} {mask}"  verbaliser: { yes: "yes" } }
fine-tune by_name { model: "builtin:fsl-mini"  from: named  method: cloze }
fine-tune steps { model: "builtin:fsl-mini"  from: parts.train  steps: 3 }
fine-tune word { model: "builtin:fsl-mini"  from: parts.train  method: cloze }
`,
  );
  await rig.write('more.csv', `question,answer,fits\n${table.replaceAll('What', 'Now what')}\n`);
  const told = async (file: string) => {
    const { code, stderr } = await rig.run(['check', file]);
    expect(code).toBe(2);
    return stderr.split('\n').filter((line) => /^error|^ +--> |^ += hint/.test(line));
  };
  expect([await told('wrong.fsl'), await told('models.fsl')]).toMatchInlineSnapshot(`
    [
      [
        "error[out-of-range]: expected 2 elements, found 3",
        " --> wrong.fsl:1:41",
        "  = hint: two columns make each row a pair of texts; name one without a list, and put several into one text by a template: \`"{title}. {body}"\`",
        "error[unknown-option]: \`augment\` has no option \`rate\`",
        " --> wrong.fsl:2:41",
        "  = hint: \`rate\` is an argument of calls: write it inside one, such as \`with: synonyms(rate: …)\`",
        "error[wrong-type]: both texts of a pair are the column \`question\`",
        " --> wrong.fsl:3:41",
        "  = hint: name two columns, or give the one without a list",
      ],
      [
        "error[not-supported]: the model reads the texts of a pair apart, and \`update: full\` trains the encoder on both in one",
        "  --> models.fsl:10:22",
        "   = hint: use another update, or a model that reads them together: \`fine-tune … pairs: together\`",
        "error[unknown-option]: \`adapt\` has no option \`passes\`",
        "  --> models.fsl:13:45",
        "   = hint: \`passes\` is an argument of \`full\`: write \`update: full(passes: …)\`",
        "error[not-supported]: these rows are pairs of texts, which \`one_class\` does not read",
        "  --> models.fsl:14:51",
        "   = hint: name one column in \`load\`, or make one text of both: \`text: "{a} {b}"\`",
        "error[wrong-type]: \`{text}\` is the text of a row, and these rows are pairs of texts",
        "  --> models.fsl:15:45",
        "   = hint: name both by their columns, which are \`question\`, \`answer\`, \`fits\`",
        "error[unknown-option]: \`prompt\` has no option \`verbaliser\`",
        "  --> models.fsl:17:66",
        "   = hint: did you mean \`verbalizer\`?",
        "error[option-without-effect]: \`steps\` changes nothing here: \`head(kind: logistic)\` leaves the encoder as it is",
        "  --> models.fsl:19:72",
        "   = hint: remove \`steps\`, or use \`method: full\` or \`method: bitfit\` or \`method: lora\`",
        "error[wrong-artifact]: \`cloze\` asks a masked language model for a word, and these rows carry no prompt with a \`{mask}\`",
        "  --> models.fsl:20:72",
        "   = hint: put a \`prompt\` before it: \`prompt asked { from: …  template: "{premise} {mask}, {hypothesis}"  verbalizer: { … } }\`, with the columns of the two texts",
      ],
    ]
  `);
});
