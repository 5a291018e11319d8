// Makes printed results again and says which are stale. Usage:
//   npm run evidence -- [NAME…] [--list] [--work FOLDER] [--out FOLDER] [--shared FOLDER]
// Without names: all that are stale. A record with its manifest and a table of each result are written to `evidence/` whenever one of its
// programs has run; of a program that was stopped, what is finished is in the work folder.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { cpus, platform, release } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultShared } from '../bench/peers/published.mjs';
import { markdownRow } from '../bench/peers/table.mjs';
import { results } from './results.mjs';

const root = join(import.meta.dirname, '..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: 'boolean', default: false },
    work: { type: 'string', default: join(root, 'node_modules/.cache/evidence') },
    out: { type: 'string', default: import.meta.dirname },
    shared: { type: 'string', default: defaultShared },
  },
});
const shared = resolve(values.shared);
const out = resolve(values.out);
const command = process.env.FSL_COMMAND ?? join(root, 'dist/fslrun.js');
const unknown = positionals.filter((name) => !Object.hasOwn(results, name));
if (unknown.length > 0)
  throw new Error(`no result ${unknown.join(', ')}; there are ${Object.keys(results).join(', ')}`);
if (!existsSync(join(shared, 'data')))
  throw new Error(`${shared} has no data: give the folder with \`--shared\``);

/** A record names the commit of the sources, so the command has to be made of these. */
function checkBuild() {
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true });
  const newest = sources
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const changed = newest.find((file) => statSync(file).mtimeMs > statSync(command).mtimeMs);
  if (changed !== undefined)
    throw new Error(`${changed} is newer than ${command}: run \`npm run build\` first`);
}

/** Of each result its programs, by name. */
const programsOf = Object.fromEntries(
  Object.entries(results).map(([name, { programs }]) => [name, programs(shared)]),
);

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** What decides the figures of a program beside the machine: its text, and the versions of the stages that it has. */
function identityOf(part, text) {
  const used = ['load', 'split', 'fine-tune', 'evaluate'].filter((stage) => text.includes(`${stage} `));
  const versions = used.map((stage) => {
    const source = readFileSync(join(root, `src/stages/${stage}.ts`), 'utf8');
    return [stage, Number(/^ {2}version: (\d+),$/m.exec(source)?.[1])];
  });
  const program = sha256(JSON.stringify([[part, text.replaceAll(shared, 'SHARED')]]));
  return { versions: Object.fromEntries(versions), program };
}

const recordFile = (name) => join(out, `${name}.json`);

/** By program `{ versions, program, rows, splits, commit, machine, made, figures }`; empty where nothing was made. */
function recordOf(name) {
  return existsSync(recordFile(name)) ? JSON.parse(readFileSync(recordFile(name), 'utf8')) : {};
}

/** Why the figures of a program are not those that it would have now, or undefined. */
function staleness(made, now) {
  if (made.program !== now.program) return 'its program is another now';
  const changed = Object.entries(now.versions).filter(([stage, version]) => made.versions[stage] !== version);
  if (changed.length === 0) return undefined;
  return changed
    .map(([stage, version]) => `\`${stage}\` is version ${version} and was ${made.versions[stage]}`)
    .join(', ');
}

/** Of the programs of a result those that have to be run, each with why: `never made`, or how it is stale. */
function toMake(name) {
  const record = recordOf(name);
  return Object.entries(programsOf[name]).flatMap(([part, { text }]) => {
    const why = record[part] === undefined ? 'never made' : staleness(record[part], identityOf(part, text));
    return why === undefined ? [] : [{ part, why }];
  });
}

/** `current`, or what is not. */
function stateOf(name) {
  const left = toMake(name);
  if (left.length === 0) return 'current';
  const all = Object.keys(programsOf[name]).length;
  if (left.length === all && left.every(({ why }) => why === 'never made'))
    return 'never made by this command';
  return `${all - left.length} of ${all} current; ${left.map(({ part, why }) => `${part}: ${why}`).join('; ')}`;
}

/** The rows of the table, of the programs that have figures. */
function linesOf(name) {
  const made = Object.entries(recordOf(name)).map(([part, { splits, figures }]) => [
    part,
    { splits, ...figures },
  ]);
  return made.length === 0 ? [] : results[name].lines(Object.fromEntries(made), shared);
}

/** Of the file that prints the result, the rows that are not there as they were found. */
function misprints(name) {
  const text = readFileSync(join(root, results[name].printed), 'utf8');
  return linesOf(name)
    .map((cells) => markdownRow(cells).slice(0, -2))
    .filter((start) => !text.includes(start));
}

/** Runs what is not finished in a folder of the program, and reads the reports. */
function figuresOf(name, part, { text, splits, reads }) {
  const folder = join(resolve(values.work), name, part);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'main.fsl'), text);
  writeFileSync(join(folder, 'package.json'), '{}');
  const set = text.includes('param shared') ? ['--set', `shared=${JSON.stringify(shared)}`] : [];
  const run = (...args) =>
    execFileSync(process.execPath, [command, ...args, ...set], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  run('main.fsl');
  const read = ({ stage, metric, key }) =>
    splits.map((split) => {
      const shown = run('show', 'main.fsl', `${stage}[${key}=${split}]`, '--format', 'json');
      return JSON.parse(shown).metrics[metric].value;
    });
  return Object.fromEntries(reads.map((one) => [`${one.stage} ${one.metric}`, read(one)]));
}

function manifestOf(part, { text, data, splits }) {
  // The last one that changed the program, which stays when others are put before it.
  const last = ['log', '-1', '--format=%H', '--', 'src'];
  const commit = execFileSync('git', last, { cwd: root, encoding: 'utf8' }).trim();
  const changed = execFileSync('git', ['status', '--porcelain', 'src'], { cwd: root, encoding: 'utf8' });
  return {
    ...identityOf(part, text),
    rows: Object.fromEntries(data.map((file) => [file, sha256(readFileSync(join(shared, 'data', file)))])),
    splits,
    commit: commit + (changed === '' ? '' : ', with changes'),
    machine: `${cpus().length} x ${cpus()[0]?.model.trim()}, ${platform()} ${release()}, Node ${process.version}`,
    made: new Date().toISOString().slice(0, 10),
  };
}

/** Programs stand in the record and the table in their order in `results`, whichever was made first. */
function write(name, made) {
  mkdirSync(out, { recursive: true });
  const merged = { ...recordOf(name), ...made };
  const order = Object.keys(programsOf[name]).filter((part) => merged[part] !== undefined);
  const record = Object.fromEntries(order.map((part) => [part, merged[part]]));
  writeFileSync(recordFile(name), JSON.stringify(record, null, 2) + '\n');
  const { head, printed } = results[name];
  const table = [head, head.map(() => '---'), ...linesOf(name)].map(markdownRow);
  const dates = order.map((part) => record[part].made).toSorted();
  const told = `Made by \`npm run evidence -- ${name}\`, last on ${dates.at(-1)}; commits, rows, splits, versions and machine: [${name}.json](${name}.json). Printed in [${printed}](../${printed}).`;
  writeFileSync(join(out, `${name}.md`), [`# ${name}`, '', told, '', ...table, ''].join('\n'));
}

const asked =
  positionals.length > 0 ? positionals : Object.keys(results).filter((name) => stateOf(name) !== 'current');
if (!values.list) {
  checkBuild();
  for (const name of asked) {
    const programs = programsOf[name];
    const left = toMake(name).map(({ part }) => part);
    // What is current is made again where it is asked for by name.
    for (const part of left.length > 0 ? left : Object.keys(programs)) {
      console.error(`${name}: ${part}`);
      const manifest = manifestOf(part, programs[part]);
      write(name, { [part]: { ...manifest, figures: figuresOf(name, part, programs[part]) } });
    }
  }
}
for (const name of Object.keys(results)) {
  console.log(`${name}: ${stateOf(name)}`);
  for (const start of misprints(name)) console.log(`  ${results[name].printed} does not have ${start}`);
}
