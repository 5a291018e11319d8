// The worker of a server: loads a classifier once and answers questions about texts, one after the other, until the server lets it go or is gone.
import { askedPairs, askedTexts } from '../../stages/asked-texts.ts';
import { shownText } from '../../learning/text-pair.ts';
import { Failure, diagnostic } from '../../parser/diagnostic.ts';
import { texts as textsOf } from '../../stages/dataset.ts';
import { openPredictor, type Predictor } from '../../stages/predict-texts.ts';
import { withPredictions } from '../../stages/predict.ts';
import { stepFailure } from '../../stages/step-failure.ts';
import { predictionsOf } from '../report/prediction-text.ts';
import { verifiedArtifact } from '../verified-artifact.ts';
import type { AskModel, KeeperMessage, OpenModel, ServedMessage, ServedPrediction } from './model-message.ts';

/** The worker's side of the channel; `process` of a forked Node.js. */
interface Channel {
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect' | 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  send?(message: KeeperMessage): unknown;
  exit(code: number): never;
}

/** `program`: that of this process, where it tries devices when it is asked to. */
export function keepModel(channel: Channel, program: string | undefined): void {
  let open: { readonly request: OpenModel; readonly predictor: Predictor } | undefined;
  // Signals reach all processes of a terminal or a service alike; when this one may go is the server's decision.
  channel.on('SIGINT', () => undefined);
  channel.on('SIGTERM', () => undefined);
  channel.on('disconnect', () => channel.exit(0));
  channel.on('message', (message) => {
    void answer(message as ServedMessage).then((reply) => channel.send?.(reply)); // the server is the same program
  });

  async function answer(request: ServedMessage): Promise<KeeperMessage> {
    try {
      switch (request.type) {
        case 'stop':
          return channel.exit(0);
        case 'open':
          open = { request, predictor: await load(request, program, channel) };
          return { type: 'opened' };
        case 'ask':
          if (open === undefined) throw new Error('asked before a model was opened');
          return { type: 'answered', predictions: await predictionsFor(request, open) };
        default:
          return request satisfies never;
      }
    } catch (error) {
      return { type: 'failed', diagnostics: diagnosticsOf(error) };
    }
  }
}

function load(
  { model, folder, cacheDirectory, engine, shown }: OpenModel,
  program: string | undefined,
  channel: Channel,
): Promise<Predictor> {
  const artifact = verifiedArtifact(model, { folder, corrupt: () => undefined });
  return openPredictor(artifact, shown, {
    signal: new AbortController().signal,
    engine,
    cacheDirectory,
    progress: () => undefined,
    note: (message) => void channel.send?.({ type: 'note', message }),
    probeProgram: program,
  });
}

async function predictionsFor(
  { texts }: AskModel,
  { request: { shown, pair }, predictor }: { readonly request: OpenModel; readonly predictor: Predictor },
): Promise<readonly ServedPrediction[]> {
  const single = texts.filter((text) => typeof text === 'string');
  const rows =
    pair === undefined
      ? askedTexts(single)
      : askedPairs(
          pair,
          texts.filter((text) => typeof text !== 'string'),
        );
  const found = await predictor.predict(rows);
  const labelled = withPredictions(rows, found, { ...shown, oneClass: predictor.oneClass });
  const called = pair === undefined ? single : textsOf(rows).map(shownText);
  return predictionsOf(labelled, called, shown).map((prediction, i) => {
    if (predictor.oneClass) return prediction;
    const scored = found[i]?.top ?? [];
    return {
      ...prediction,
      scores: Object.fromEntries(scored.map(({ label, probability }) => [label, probability])),
    };
  });
}

function diagnosticsOf(error: unknown): Failure['diagnostics'] {
  if (error instanceof Failure) return error.diagnostics;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const message = error instanceof Error ? error.message : text;
  const bug = stepFailure({ code: 'internal', message: `a mistake in FSL: ${message}`, hint: text });
  return bug.diagnostics.map(diagnostic);
}
