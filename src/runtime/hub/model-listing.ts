// What a model of the hub consists of at a revision: its commit, and of its files those that say what it computes. Asks the hub's API,
// fetches nothing else.
import type { HubSource } from '../../stages/hub-source.ts';
import { sequenceModelFiles } from '../../stages/sequence-files.ts';
import { indexFile, shardFile, wholeFile } from '../../learning/encoders/shards.ts';
import { tokenizerFiles } from '../../learning/encoders/tokenizer-files.ts';
import { netTypeOf, processorFile } from '../../learning/images/huggingface-net.ts';
import { huggingFaceFiles } from '../../stages/image-model.ts';
import { isRecord } from '../../stages/tables/json.ts';
import { isModelFile } from '../model-folder.ts';
import { otherType, runsType, typesThatRun } from '../model-types.ts';
import type { HubAccess } from './hub-access.ts';
import type { HubFile } from './hub-cache.ts';
import { HubError } from './hub-error.ts';

export interface ModelListing {
  readonly commit: string;
  /** Small ones first. */
  readonly files: readonly HubFile[];
}

export async function listModel(
  { endpoint, ...access }: HubAccess,
  source: HubSource,
): Promise<ModelListing> {
  const { listFiles, modelInfo } = await import('@huggingface/hub');
  const { repository, revision } = source;
  const common = { hubUrl: endpoint, fetch: access.fetch };
  try {
    const { sha, config } = await modelInfo({
      name: repository,
      revision,
      additionalFields: ['sha', 'config'],
      ...common,
    });
    const files: HubFile[] = [];
    const listed = listFiles({
      repo: { type: 'model', name: repository },
      revision: sha,
      recursive: true,
      ...common,
    });
    for await (const { type, path, size, oid, lfs } of listed) {
      if (type !== 'file') continue;
      if (lfs !== undefined) files.push({ path, size: lfs.size, digest: { kind: 'sha256', hex: lfs.oid } });
      else if (oid !== undefined) files.push({ path, size, digest: { kind: 'git', hex: oid } });
    }
    return { commit: sha, files: chosen(source, files, typeIn(config)) };
  } catch (error) {
    throw asHubError(error, source, { endpoint, ...access });
  }
}

/** Of a config.json as the hub tells it, which not every mirror does. */
function typeIn(config: unknown): string | undefined {
  const type = isRecord(config) ? config['model_type'] : undefined;
  return typeof type === 'string' ? type : undefined;
}

/** One set of weights and one tokenizer, or a net of pictures; throws `HubError` where there is none that FSL reads. */
function chosen(source: HubSource, files: readonly HubFile[], type: string | undefined): readonly HubFile[] {
  const names = files.map(({ path }) => path);
  const tokenizer = tokenizerFiles(names);
  const whole = names.includes(wholeFile);
  const lacking = (what: string, hint: string): HubError =>
    new HubError(`\`${source.text}\` has no ${what}`, hint);
  if (!names.includes('config.json'))
    throw lacking('`config.json`', 'choose a model of transformers or sentence-transformers');
  const sequence = sequenceModelFiles(names, tokenizer);
  if (sequence !== undefined && tokenizer.length > 0)
    return files.filter(({ path }) => sequence.includes(path)).sort(smallFirst);
  if (type !== undefined && !runsType(type)) throw new HubError(otherType(source.text, type), typesThatRun);
  if (!whole && !names.includes(indexFile))
    throw lacking(
      'weights as safetensors',
      names.includes('pytorch_model.bin')
        ? 'it has them as `pytorch_model.bin`: load it in Python, write it with `model.save_pretrained("folder", safe_serialization=True)`, and give the folder'
        : 'choose a model with `model.safetensors`',
    );
  // Nets of pictures have no tokenizer, and most say how pictures are brought to them.
  const net =
    type === undefined ? names.includes(processorFile) : netTypeOf({ model_type: type }) !== undefined;
  if (tokenizer.length === 0 && net) {
    const own = huggingFaceFiles(names);
    return files.filter(({ path }) => own.includes(path)).sort(smallFirst);
  }
  if (tokenizer.length === 0)
    throw lacking(
      'tokenizer that FSL reads',
      'in Python `AutoTokenizer.from_pretrained("…").save_pretrained("folder")` writes `tokenizer.json`: save the model to the same folder, and give it',
    );
  return files
    .filter(({ path }) => {
      if (tokenizer.includes(path)) return true;
      if (path === wholeFile) return whole;
      if (path === indexFile || shardFile.test(path)) return !whole;
      // Weights in other precisions and for other programs lie beside the model's own.
      return isModelFile(path) && (path.includes('/') || !path.endsWith('.safetensors'));
    })
    .sort(smallFirst);
}

function smallFirst(a: HubFile, b: HubFile): number {
  return a.size - b.size || (a.path < b.path ? -1 : 1);
}

/** What the hub answered, or why it did not, in words. Reasons of cancellation pass through. */
export function asHubError(
  error: unknown,
  { text }: HubSource,
  { endpoint, token }: Omit<HubAccess, 'fetch'>,
): unknown {
  if (error instanceof HubError || (error instanceof Error && error.name === 'AbortError')) return error;
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  const host = new URL(endpoint).host;
  // The hub says 401 to strangers for models that are not there, so as not to tell which private ones are.
  if (status === 404 || (status === 401 && !token))
    return new HubError(
      `${host} has no model \`${text.slice('hf:'.length)}\`, or does not show it without a token`,
      'check the spelling `hf:owner/name@revision`; for a private or gated model put a token into the environment variable `HF_TOKEN`',
    );
  if (status === 401 || status === 403)
    return new HubError(
      `${host} does not give \`${text}\` to the owner of this token`,
      "check `HF_TOKEN`, and accept the model's conditions on its page where it has some",
    );
  if (typeof status === 'number')
    return new HubError(
      `${host} answered ${status} when asked for \`${text}\``,
      'try again later, or give the model as a folder',
    );
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const said = error instanceof Error ? error.message : String(error);
  if (code === 'ENOSPC' || code === 'EACCES' || code === 'EROFS')
    return new HubError(
      `\`${text}\` cannot be kept: ${said}`,
      'free some space, or put the cache elsewhere with the environment variable `HF_HOME`',
    );
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : said;
  return new HubError(
    `${host} cannot be reached for \`${text}\`: ${cause}`,
    'check the network, or `HF_ENDPOINT` for a mirror; `--offline` uses what has been downloaded, and a folder needs no network',
  );
}
