// What happens while a model is served, in a line each.
import type { ServeEvent } from '../serving/serve-event.ts';
import { counted, duration } from './quantity.ts';

/** Nothing where there is nothing to say. `model`: how it is called. */
export function serveEventText(
  event: ServeEvent,
  { model, verbose }: { readonly model: string; readonly verbose: boolean },
): string | undefined {
  switch (event.type) {
    case 'listening':
      return `Loading \`${model}\`: ${event.url}/health says when it is ready.`;
    case 'note':
      return event.message;
    case 'ready':
      return `Ready at ${event.url} after ${duration(event.seconds)}. Ctrl-C stops.`;
    case 'request':
      return verbose ? requestText(event) : undefined;
    case 'restarting':
      return `The process of the model ${event.how}; loading it again.`;
    case 'failed':
      return undefined; // told as a problem
    case 'stopping':
      return 'Stopping: what is being computed is finished; Ctrl-C again ends at once.';
    case 'stopped':
      return `Stopped after ${counted(event.requests, 'request')}.`;
    default:
      return event satisfies never;
  }
}

/** `POST /predict 200 3 texts 12 ms` */
function requestText(event: Extract<ServeEvent, { readonly type: 'request' }>): string {
  const { method, path = '(another path)', status, code, texts, ms } = event;
  const outcome =
    status === undefined ? ['the client went away'] : [status, ...(code === undefined ? [] : [code])];
  const amount = texts === undefined ? [] : [counted(texts, 'text')];
  return [method, path, ...outcome, ...amount, `${ms.toFixed(0)} ms`].join(' ');
}
