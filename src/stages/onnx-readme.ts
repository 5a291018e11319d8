// The README.md of a folder for ONNX Runtime: what is in it, and how it is run in Python and in Node. Knows no files.
import type { ExportedFacts } from '../learning/onnx/exported-classifier.ts';

export interface DescribedFolder extends ExportedFacts {
  readonly labels: number;
  /** Whether it reads pairs of texts. */
  readonly pairs: boolean;
  /** Whether a text may get any number of labels. */
  readonly several: boolean;
}

export function onnxReadme(folder: DescribedFolder): string {
  const { maxTokens, types, lower, labels, pairs, several } = folder;
  const read = pairs ? 'Pairs of texts' : 'Texts';
  return `---
library_name: onnx
pipeline_tag: text-classification
---

# A text classifier for ONNX Runtime

${read} in, ${several ? `any of ${labels} labels` : `one of ${labels} labels`} out. Written by \`export\` of FSL.

| file | is |
| --- | --- |
| \`model.onnx\` | the encoder and the classifier on it, in one file |
| \`tokenizer.json\` | texts to token ids, for the tokenizers library; cuts at ${maxTokens} tokens and fills batches up on the right |
| \`tokenizer_config.json\` | the same for transformers: \`AutoTokenizer.from_pretrained(".")\` |
| \`config.json\` | the labels in their order (\`id2label\`), the encoder, and \`fsl\`: what else there is to know |

| input | is, as whole numbers of 64 bits [batch, length] |
| --- | --- |
| \`input_ids\` | token ids, filled up to the longest text on the right |
| \`attention_mask\` | 1 for a token, 0 for what fills up |
${types ? '| `token_type_ids` | 0 for tokens of the first text, 1 for those of the second of a pair |\n' : ''}
| output | is, as real numbers [batch, ${labels}] |
| --- | --- |
| \`logits\` | scores in the order of \`id2label\` |
| \`probabilities\` | ${several ? 'of each label by itself; a text gets those from `fsl.threshold` of `config.json` on' : 'of each label; they sum to 1'} |

White space around a text is removed before it is read${lower ? ', and it is made lower case' : ''}, as below.

## Python

\`pip install onnxruntime tokenizers numpy\`

\`\`\`python
${python(folder)}\`\`\`

## Node

\`npm install onnxruntime-node @huggingface/tokenizers\`

\`\`\`js
${node(folder)}\`\`\`
`;
}

function python({ types, lower, pairs, several }: DescribedFolder): string {
  const clean = (text: string): string => `${text}.strip()${lower ? '.lower()' : ''}`;
  const given = several
    ? `    labels = [config["id2label"][str(i)] for i, value in enumerate(row) if value >= config["fsl"]["threshold"]]
    print(text, labels)
`
    : `    best = int(row.argmax())
    print(text, config["id2label"][str(best)], float(row[best]))
`;
  return `import json

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

texts = ${pairs ? '[("A first text.", "What belongs to it."), ("Another one.", "And its own.")]' : '["A first text.", "Another one, which is longer."]'}
config = json.load(open("config.json", encoding="utf-8"))
tokenizer = Tokenizer.from_file("tokenizer.json")
session = onnxruntime.InferenceSession("model.onnx")

rows = tokenizer.encode_batch([${pairs ? `(${clean('first')}, ${clean('second')}) for first, second in texts` : `${clean('text')} for text in texts`}])
feeds = {
    "input_ids": np.array([row.ids for row in rows], dtype=np.int64),
    "attention_mask": np.array([row.attention_mask for row in rows], dtype=np.int64),
${types ? '    "token_type_ids": np.array([row.type_ids for row in rows], dtype=np.int64),\n' : ''}}
(probabilities,) = session.run(["probabilities"], feeds)
for text, row in zip(texts, probabilities):
${given}`;
}

function node({ types, lower, pairs, several }: DescribedFolder): string {
  const clean = (text: string): string => `${text}.trim()${lower ? '.toLowerCase()' : ''}`;
  const encoded = pairs
    ? `// Pairs of more than \`max_tokens\` tokens have to be cut before: this package does not.
const rows = texts.map(([first, second]) =>
  tokenizer.encode(${clean('first')}, { text_pair: ${clean('second')}, return_token_type_ids: true }),
);
`
    : `// This package does not cut: what is too long loses what stands before its last token, which is a special one.
const { max_tokens: most } = config.fsl;
const cut = (ids) => (ids.length <= most ? ids : [...ids.slice(0, most - 1), ids.at(-1)]);
const rows = texts.map((text) => ({ ids: cut(tokenizer.encode(${clean('text')}).ids) }));
`;
  const given = several
    ? `  const given = row.flatMap((value, label) => (value >= config.fsl.threshold ? [config.id2label[label]] : []));
  console.log(text, given);
`
    : `  const best = row.indexOf(Math.max(...row));
  console.log(text, config.id2label[best], row[best]);
`;
  return `import { readFileSync } from 'node:fs';
import { Tokenizer } from '@huggingface/tokenizers';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const texts = ${pairs ? "[['A first text.', 'What belongs to it.'], ['Another one.', 'And its own.']]" : "['A first text.', 'Another one, which is longer.']"};
const read = (name) => JSON.parse(readFileSync(name, 'utf8'));
const config = read('config.json');
const tokenizer = new Tokenizer(read('tokenizer.json'), read('tokenizer_config.json'));
const session = await InferenceSession.create('model.onnx');

${encoded}const length = Math.max(...rows.map(({ ids }) => ids.length));
const table = (valueOf) => {
  const data = rows.flatMap((row) => Array.from({ length }, (_, i) => BigInt(i < row.ids.length ? valueOf(row, i) : 0)));
  return new Tensor('int64', BigInt64Array.from(data), [rows.length, length]);
};
const { probabilities } = await session.run({
  input_ids: table((row, i) => row.ids[i]),
  attention_mask: table(() => 1),
${types ? `  token_type_ids: table(${pairs ? '(row, i) => row.token_type_ids[i]' : '() => 0'}),\n` : ''}});
const labels = probabilities.dims[1];
texts.forEach((text, i) => {
  const row = [...probabilities.data.slice(i * labels, (i + 1) * labels)];
${given}});
`;
}
