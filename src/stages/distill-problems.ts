// What is said of a `distill` that cannot be done. Knows no rows and no models.
/** A prompt that learns from more than the rows. */
export const promptRefused = {
  code: 'not-supported',
  message:
    'the prompt of these rows makes texts of labels or shows demonstrations, and a student learns from its teacher alone',
  hint: 'prompt the rows with a `template` and nothing else; a teacher brings its own prompt along',
} as const;

export const maskRefused = {
  code: 'not-supported',
  message:
    'the prompt of these rows asks for a word (`{mask}`), and the encoder of a student is trained on whole texts',
  hint: 'leave `{mask}` out of the `template`, or write `train: head`',
} as const;

export const severalTeacher = {
  code: 'not-supported',
  message:
    'the teacher gives a text any number of labels, and this version of `distill` teaches one label a text',
  hint: 'use a teacher that was fitted on rows with one label each',
} as const;

export const attentionAlone = {
  code: 'not-supported',
  message: '`attention` alone leaves most of the last layer untaught',
  hint: 'add `hidden`, `embeddings` or `logits` to `match`',
} as const;

export const headOfNone = {
  code: 'not-supported',
  message: 'a student made by `encoder(…)` knows nothing yet, and with `train: head` it would stay so',
  hint: 'remove `train`, or write `train: all`',
} as const;

export function needsLabels(teacher: string) {
  return {
    code: 'needs-classifier',
    message: `\`match: logits\` learns labels, and ${teacher === '' ? 'the teacher' : `\`${teacher}\``} gives none`,
    hint: 'leave `logits` out of `match`: the student then is an encoder',
  } as const;
}

export function severalLayers(what: 'hidden' | 'attention') {
  return {
    code: 'not-supported',
    message: `\`match: ${what}\` compares the layers of one teacher, and there are several`,
    hint: `name one teacher, or leave \`${what}\` out of \`match\``,
  } as const;
}

export const untrainableStudent = {
  code: 'wrong-artifact',
  message:
    'the encoder of the student is to be trained, and this one has nothing to train: it counts n-grams',
  hint: 'give a model folder or `encoder(layers: 3)`, or leave out `train`, other options of training such as `epochs`, and all of `match` but `logits`',
} as const;

export const wordlessTeacher = {
  code: 'wrong-artifact',
  message:
    '`encoder(…)` takes its words and layers from the first teacher, and this one has none: it counts n-grams',
  hint: 'give the folder of a small model as `student`',
} as const;

export function layerlessTeacher(what: 'hidden' | 'attention') {
  return {
    code: 'wrong-artifact',
    message: `\`match: ${what}\` compares layers, and this teacher has none: it counts n-grams`,
    hint: `leave \`${what}\` out of \`match\``,
  } as const;
}

export function otherTokens(what: 'hidden' | 'attention') {
  return {
    code: 'not-supported',
    message: `\`match: ${what}\` compares token by token, and the student cuts texts into other tokens than the teacher`,
    hint: `leave \`${what}\` out of \`match\`: \`logits\` and \`embeddings\` compare whole texts`,
  } as const;
}

export function otherHeads(student: number, teacher: number) {
  return {
    code: 'not-supported',
    message: `\`match: attention\` compares head by head, and the student has ${student} where the teacher has ${teacher}`,
    hint: 'leave `attention` out of `match`, or give the student as many heads',
  } as const;
}
