// What a server says where it does not answer: a closed set of codes, each with its status.

export interface HttpProblem {
  readonly code: HttpCode;
  readonly message: string;
  readonly hint: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const statusOf = {
  'not-json': 400,
  'wrong-type': 400,
  'missing-field': 400,
  'unknown-field': 400,
  'empty-list': 400,
  'too-many-texts': 400,
  'unknown-path': 404,
  'wrong-method': 405,
  'too-large': 413,
  'wrong-encoding': 415,
  'wrong-host': 421,
  failed: 500,
  'worker-died': 500,
  loading: 503,
  busy: 503,
  stopping: 503,
} as const;

export type HttpCode = keyof typeof statusOf;

export const loadingProblem: HttpProblem = {
  code: 'loading',
  message: 'the model is being loaded',
  hint: 'ask again in a moment; GET /health says when it is ready',
  headers: { 'retry-after': '1' },
};

export const stoppingProblem: HttpProblem = {
  code: 'stopping',
  message: 'the server is being stopped',
  hint: 'ask again once it has been started again',
  headers: { 'retry-after': '5' },
};

/** `limit`: how many may wait. */
export function busyProblem(limit: number): HttpProblem {
  return {
    code: 'busy',
    message: `${limit} requests are waiting already`,
    hint: 'ask again in a moment, or put several texts into one request',
    headers: { 'retry-after': '1' },
  };
}

/** Thrown where a request cannot be answered. */
export class Refusal extends Error {
  readonly problem: HttpProblem;

  constructor(problem: HttpProblem) {
    super(problem.message);
    this.name = 'Refusal';
    this.problem = problem;
  }
}
