// What happens while a model is served: a closed set. Never what was asked.
import type { Diagnostic } from '../../parser/diagnostic.ts';
import type { ServedRequest } from './http-server.ts';

/** All of them carry the time in milliseconds since the epoch. */
export type ServeEvent = { readonly time: number } & (
  | { readonly type: 'listening'; readonly url: string; readonly pid: number }
  | { readonly type: 'note'; readonly message: string }
  | { readonly type: 'ready'; readonly url: string; readonly seconds: number }
  | ({ readonly type: 'request' } & ServedRequest)
  /** The process of the model ended; it is being loaded again. */
  | { readonly type: 'restarting'; readonly how: string }
  | { readonly type: 'failed'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly type: 'stopping' }
  | { readonly type: 'stopped'; readonly requests: number }
);
