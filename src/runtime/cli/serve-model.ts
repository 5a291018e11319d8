// The command `serve`: which model, at which address, until somebody stops it.
import { setMaxListeners } from 'node:events';
import { basename } from 'node:path';
import { pairColumnsOf, pictureShapeOf, readDescription } from '../../stages/classifier.ts';
import { errorCode } from '../durable.ts';
import { holdResult } from '../hold-result.ts';
import { serveEventText } from '../report/serve-event-text.ts';
import { mostWaiting, type Service } from '../serving/answer-request.ts';
import { mostTexts } from '../serving/asked-json.ts';
import { createAsking } from '../serving/asking.ts';
import { addressText, isLoopback } from '../serving/http-address.ts';
import { openServer, type HttpServer, type HttpSettings } from '../serving/http-server.ts';
import type { OpenModel } from '../serving/model-message.ts';
import { serviceDescription } from '../serving/service-description.ts';
import { serveModel } from '../serving/served-model.ts';
import type { ServeEvent } from '../serving/serve-event.ts';
import { exitCodes, usage, type Context } from './context.ts';
import { storedModel, type StoredModel } from './model-step.ts';
import { workerDied } from './label-texts.ts';
import { onCommandLine } from './on-command-line.ts';
import { openProgram, type OpenProgram } from './open-program.ts';
import type { EngineFlags, ProgramFlags } from './options.ts';
import { showProblems } from './problems.ts';
import { storedArtifact, storedInput } from './stored-step.ts';
import { version } from './version.ts';

export type ServeFlags = ProgramFlags &
  EngineFlags & {
    readonly host: string;
    readonly port: number;
    readonly cors?: string;
    readonly top: number;
    readonly neighbours: number;
    readonly json?: boolean;
    readonly verbose?: boolean;
  };

export interface ServeRequest {
  readonly file: string;
  readonly stage: string;
}

type Tell = (event: Told<ServeEvent>) => void;
type Told<E> = E extends unknown ? Omit<E, 'time'> : never;

export async function serveFile(context: Context, request: ServeRequest, flags: ServeFlags): Promise<number> {
  const { host } = context;
  const open = await openProgram(context, request.file, { ...flags, quiet: true });
  const model = storedModel(context, open, request, flags);
  if ('problems' in model) {
    showProblems(model.problems, host, flags);
    return exitCodes.failed;
  }
  const artifact = storedArtifact(open, model, model.part);
  if ((await pictureShapeOf(artifact)) !== undefined)
    throw usage(context, request.stage, {
      code: 'not-supported',
      message: `\`${request.stage}\` reads pictures, and \`serve\` answers texts`,
      hint: `\`fslrun predict ${request.file} ${request.stage} FILE…\` labels pictures`,
    });
  const pair = await pairColumnsOf(artifact);
  const fitted = await readDescription(artifact);
  const served = { program: basename(request.file), model: request.stage, version, pair, fitted };
  if (!isLoopback(flags.host))
    host.stderr.write(
      'Whoever reaches this machine can ask the model: there is no password and no encryption. A proxy in front can add both.\n',
    );
  const tell = teller(context, request, flags);
  const letGo = holdResult(open.store, model.action); // its process may have to read it again
  try {
    return await serveUntilStopped(context, { open, model, flags, pair, served, tell });
  } finally {
    await letGo();
  }
}

interface Serving {
  readonly open: OpenProgram;
  readonly model: StoredModel;
  readonly flags: ServeFlags;
  readonly pair: Service['pair'];
  readonly served: Omit<Parameters<typeof serviceDescription>[0], 'url'>;
  readonly tell: Tell;
}

async function serveUntilStopped(context: Context, serving: Serving): Promise<number> {
  const { host } = context;
  const { flags, pair, served, tell } = serving;
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal); // one for each request that is being read
  let code: number = exitCodes.interrupted; // until there is a model to ask
  let requests = 0;
  let url = '';
  let loading = host.now();
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const model = serveModel(
    { open: openMessage(serving), workerPath: context.workerPath },
    {
      note: (message) => tell({ type: 'note', message }),
      ready: () => {
        code = exitCodes.done;
        tell({ type: 'ready', url, seconds: (host.now() - loading) / 1000 });
      },
      died: ({ how }) => {
        loading = host.now();
        tell({ type: 'restarting', how });
      },
      failed: (why) => {
        code = exitCodes.failed;
        const told = why.state === 'died' ? workerDied(context, why).diagnostics : why.diagnostics;
        const diagnostics = onCommandLine(context, told);
        tell({ type: 'failed', diagnostics });
        showProblems(diagnostics, host, flags);
        end();
      },
    },
  );
  const asking = createAsking(model, { waiting: mostWaiting, texts: mostTexts });
  const server = await listen(context, flags, {
    service: {
      model,
      asking,
      pair,
      describe: () => serviceDescription({ ...served, url }),
      local: isLoopback(flags.host),
      cors: flags.cors,
      stopping: stopping.signal,
    },
    log: (request) => {
      requests += 1;
      tell({ type: 'request', ...request });
    },
  });
  const release = host.onInterrupt(() => {
    if (stopping.signal.aborted) return host.exit(exitCodes.interrupted);
    stopping.abort();
    tell({ type: 'stopping' });
    end();
  });
  url = addressText(flags.host, server.port);
  tell({ type: 'listening', url, pid: host.pid });
  model.start();
  await ended;
  stopping.abort();
  asking.close();
  await server.close();
  await model.close();
  release();
  tell({ type: 'stopped', requests });
  return code;
}

function openMessage({ open, model, flags, pair }: Serving): OpenModel {
  return {
    type: 'open',
    model: storedInput(open, model, model.part),
    folder: open.store.directory,
    cacheDirectory: open.store.path('cache'),
    engine: { backend: flags.backend, device: flags.device ?? model.step.common.device },
    shown: { top: flags.top, neighbours: flags.neighbours },
    pair,
  };
}

/** Throws `Failure` where the address cannot be had. */
async function listen(
  context: Context,
  { host, port }: ServeFlags,
  rest: Omit<HttpSettings, 'host' | 'port'>,
): Promise<HttpServer> {
  try {
    return await openServer({ host, port, ...rest });
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    const taken = code === 'EADDRINUSE';
    throw usage(context, taken || code === 'EACCES' ? String(port) : host, {
      message: taken
        ? `port ${port} of \`${host}\` is taken by another program`
        : `the server cannot listen at \`${host}\`, port ${port}: ${code}`,
      hint: taken
        ? 'give another one with `--port`; `--port 0` takes a free one and says which'
        : 'give an address of this machine with `--host`, and a port that you may use, such as 8080, with `--port`',
    });
  }
}

/** To the standard output: when it is ready or, with `--json`, everything; else to the standard error output. */
function teller({ host }: Context, { stage }: ServeRequest, { json, verbose = false }: ServeFlags): Tell {
  return (event) => {
    const timed: ServeEvent = { time: host.now(), ...event };
    if (json === true) return host.stdout.write(`${JSON.stringify(timed)}\n`);
    const text = serveEventText(timed, { model: stage, verbose });
    if (text !== undefined) (event.type === 'ready' ? host.stdout : host.stderr).write(`${text}\n`);
  };
}
