// What `GET /` says: which model this is, what it can be asked, and how.
import type { ClassifierDescription } from '../../stages/classifier.ts';
import type { TextPair } from '../../stages/asked-texts.ts';
import { mostTexts } from './asked-json.ts';
import { largestBody } from './request-body.ts';

export interface Described {
  /** As the command line called it. */
  readonly model: string;
  /** Name of the file. */
  readonly program: string;
  /** Of fslrun. */
  readonly version: string;
  readonly fitted: ClassifierDescription | undefined;
  readonly pair: TextPair | undefined;
  readonly url: string;
}

export function serviceDescription({ model, program, version, fitted, pair, url }: Described): object {
  const texts = pair === undefined ? ['a text'] : [['a text', 'another text']];
  return {
    model,
    program,
    fslrun: version,
    labels: fitted?.labels ?? [],
    gives: givenBy(fitted),
    ...(fitted?.threshold !== undefined && { threshold: fitted.threshold }),
    ...(pair !== undefined && { pair }),
    paths: {
      'POST /predict': 'labels for {"texts": […]}, or {"text": …} for one',
      'GET /health': 'whether the model is ready',
      'GET /': 'this',
    },
    limits: { texts: mostTexts, bytes: largestBody },
    example: `curl ${url}/predict -d '${JSON.stringify({ texts })}'`,
  };
}

function givenBy(fitted: ClassifierDescription | undefined): string {
  if (fitted?.one_class !== undefined) return 'whether a text is normal';
  return fitted?.threshold === undefined ? 'one label a text' : 'any number of labels a text';
}
