// The bytes of a request, up to a limit.
import type { IncomingMessage } from 'node:http';
import { Refusal } from './http-problem.ts';

/** Bytes. */
export const largestBody = 4 * 1024 * 1024;

/** Throws `Refusal`; nothing where the client goes away, or the signal aborts, before the end. */
export async function bodyOf(request: IncomingMessage, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity')
    throw new Refusal({
      code: 'wrong-encoding',
      message: 'the body is compressed',
      hint: 'send it as it is, without Content-Encoding',
    });
  if (isTooLarge(request)) throw tooLarge();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const take = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes <= largestBody) return void chunks.push(chunk);
      settle();
      reject(tooLarge());
    };
    const end = (): void => {
      settle();
      resolve(Buffer.concat(chunks));
    };
    const leave = (): void => {
      settle();
      resolve(undefined);
    };
    const settle = (): void => {
      request.off('data', take).off('end', end).off('close', leave).off('error', leave);
      signal.removeEventListener('abort', leave);
    };
    request.on('data', take).on('end', end).on('close', leave).on('error', leave);
    signal.addEventListener('abort', leave, { once: true });
  });
}

/** By what its head says. */
export function isTooLarge({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return Number(headers['content-length'] ?? 0) > largestBody;
}

function tooLarge(): Refusal {
  return new Refusal({
    code: 'too-large',
    message: `the body is larger than ${largestBody / 1024 / 1024} MB`,
    hint: 'send the texts in several requests',
  });
}
