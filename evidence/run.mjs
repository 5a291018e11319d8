// Makes printed results again and says which are stale. Usage:
//   npm run evidence -- [NAME…] [--list] [--work FOLDER] [--out FOLDER] [--shared FOLDER]
// Without names: all that are stale. What is finished is kept in the work folder, so that a run which was stopped goes on there. A record
// with its manifest and a table of each result are written to `evidence/`.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { cpus, platform, release } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultShared } from '../bench/peers/published.mjs';
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

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** What decides a result beside the machine: the programs, and the versions of the stages that they use. */
function identityOf(programs) {
  const used = ['load', 'split', 'fine-tune', 'evaluate', 'distill'];
  const versions = used.map((stage) => {
    const source = readFileSync(join(root, `src/stages/${stage}.ts`), 'utf8');
    return [stage, Number(/^ {2}version: (\d+),$/m.exec(source)?.[1])];
  });
  const texts = Object.entries(programs).map(([name, { text }]) => [name, text.replaceAll(shared, 'SHARED')]);
  return { versions: Object.fromEntries(versions), programs: sha256(JSON.stringify(texts)) };
}

const recordFile = (name) => join(out, `${name}.json`);

function recordOf(name) {
  return existsSync(recordFile(name)) ? JSON.parse(readFileSync(recordFile(name), 'utf8')) : undefined;
}

function row(cells) {
  return `| ${cells.join(' | ')} |`;
}

/** `current`, or why not. */
function stateOf(name) {
  const record = recordOf(name);
  if (record === undefined) return 'never made by this command';
  const now = identityOf(results[name].programs(shared));
  if (record.manifest.programs !== now.programs) return 'stale: its programs are others now';
  const changed = Object.entries(now.versions).filter(([stage, version]) => {
    return record.manifest.versions[stage] !== version;
  });
  if (changed.length > 0)
    return `stale: ${changed.map(([stage, version]) => `\`${stage}\` is version ${version} and was ${record.manifest.versions[stage]}`).join(', ')}`;
  return 'current';
}

/** Of the file that prints the result, the rows that are not there as they were found. */
function misprints(name) {
  const record = recordOf(name);
  const { printed, lines } = results[name];
  if (record === undefined || printed === undefined) return [];
  const text = readFileSync(join(root, printed), 'utf8');
  return lines(record.figures, shared)
    .map((cells) => row(cells).slice(0, -2))
    .filter((start) => !text.includes(start));
}

/** Runs what is not finished in a folder of the result, and reads the reports. */
function figuresOf(name, programs) {
  const figures = {};
  for (const [part, { text, splits, reads }] of Object.entries(programs)) {
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
    figures[part] = {
      splits,
      ...Object.fromEntries(reads.map((one) => [`${one.stage} ${one.metric}`, read(one)])),
    };
  }
  return figures;
}

function manifestOf(name, programs) {
  const files = [...new Set(Object.values(programs).flatMap(({ data }) => data))];
  // The last one that changed the program, which stays when others are put before it.
  const last = ['log', '-1', '--format=%H', '--', 'src'];
  const commit = execFileSync('git', last, { cwd: root, encoding: 'utf8' }).trim();
  const changed = execFileSync('git', ['status', '--porcelain', 'src'], { cwd: root, encoding: 'utf8' });
  return {
    command: `npm run evidence -- ${name}`,
    ...identityOf(programs),
    rows: Object.fromEntries(files.map((file) => [file, sha256(readFileSync(join(shared, 'data', file)))])),
    seeds: Object.fromEntries(Object.entries(programs).map(([part, { splits }]) => [part, splits])),
    commit: commit + (changed === '' ? '' : ', with changes'),
    machine: `${cpus().length} x ${cpus()[0]?.model.trim()}, ${platform()} ${release()}, Node ${process.version}`,
    made: new Date().toISOString().slice(0, 10),
  };
}

function write(name, record) {
  mkdirSync(out, { recursive: true });
  writeFileSync(recordFile(name), JSON.stringify(record, null, 2) + '\n');
  const { head, lines, printed } = results[name];
  const { manifest } = record;
  const table = [row(head), row(head.map(() => '---')), ...lines(record.figures, shared).map(row)];
  const told = `Made by \`${manifest.command}\` at ${manifest.commit.slice(0, 10)} on ${manifest.made}; rows, seeds, versions and machine: [${name}.json](${name}.json).${printed === undefined ? '' : ` Printed in [${printed}](../${printed}).`}`;
  writeFileSync(join(out, `${name}.md`), [`# ${name}`, '', told, '', ...table, ''].join('\n'));
}

const asked =
  positionals.length > 0 ? positionals : Object.keys(results).filter((name) => stateOf(name) !== 'current');
if (!values.list) {
  checkBuild();
  for (const name of asked) {
    const programs = results[name].programs(shared);
    console.error(`${name}: ${Object.keys(programs).join(', ')}`);
    write(name, { manifest: manifestOf(name, programs), figures: figuresOf(name, programs) });
  }
}
for (const name of Object.keys(results)) {
  console.log(`${name}: ${stateOf(name)}`);
  for (const start of misprints(name)) console.log(`  ${results[name].printed} does not have ${start}`);
}
