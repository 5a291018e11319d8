// Packages of `use`: found in node_modules at or above the file that asks for them, loaded, and looked at before anything
// relies on them.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Problem } from '../parser/diagnostic.ts';
import { suggest } from '../parser/suggest.ts';
import type { Fact } from '../stages/facts.ts';
import { pluginApi, type Plugin, type PluginModule, type PluginOrigin } from '../stages/plugin.ts';
import { checkPlugin } from '../stages/plugin-problems.ts';
import { stepFailure } from '../stages/step-failure.ts';
import { errorCode } from './durable.ts';

/** `file` asks for the package; absolute. */
export async function loadPlugin(name: string, file: string): Promise<Fact<Plugin>> {
  const found = await findPackage(name, file);
  if ('problem' in found) return { state: 'wrong', problem: found.problem };
  return openPlugin(found.origin);
}

/** The stages of a package that has been found; each says where it comes from. */
export async function openPlugin(origin: PluginOrigin): Promise<Fact<Plugin>> {
  const wrong = (why: string): Fact<Plugin> => ({
    state: 'wrong',
    problem: {
      code: 'bad-plugin',
      message: `the package \`${origin.package}\` cannot be used: ${why}`,
      hint: 'it may be no plug-in of FSL, or one for another version: see the package, and docs/plugins.md for what it must export',
    },
  });
  let given: unknown;
  try {
    const module = (await import(origin.url)) as { readonly default?: unknown };
    if (typeof module.default !== 'function') return wrong('it has no function as its default export');
    given = await (module.default as PluginModule)(pluginApi);
  } catch (error) {
    return wrong(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }
  const checked = checkPlugin(given);
  if (checked.state === 'wrong') return wrong(checked.problems.join('; '));
  return { state: 'known', value: { stages: checked.plugin.stages.map((stage) => ({ ...stage, origin })) } };
}

/** The stages of a package, in a worker. Throws `Failure` where it cannot be used any more. */
export async function pluginStages(origin: PluginOrigin): Promise<Plugin['stages']> {
  const fact = await openPlugin(origin);
  if (fact.state === 'known') return fact.value.stages;
  throw stepFailure(
    fact.state === 'wrong'
      ? fact.problem
      : { code: 'bad-plugin', message: `the package \`${origin.package}\` cannot be used` },
  );
}

async function findPackage(
  name: string,
  file: string,
): Promise<{ readonly origin: PluginOrigin } | { readonly problem: Omit<Problem, 'span'> }> {
  if (!/^(@[a-z0-9~][\w.~-]*\/)?[a-z0-9~][\w.~-]*$/.test(name))
    return {
      problem: {
        code: 'missing-package',
        message: `\`${name}\` is not the name of a package`,
        hint: 'plug-ins are packages in node_modules: `use "fsl-plugin-name"`',
      },
    };
  const { resolve } = await import('import-meta-resolve');
  try {
    const url = resolve(name, pathToFileURL(file).href);
    return { origin: { package: name, version: versionOf(name, fileURLToPath(url)), url } };
  } catch (error) {
    if (errorCode(error) !== 'ERR_MODULE_NOT_FOUND')
      return {
        problem: {
          code: 'bad-plugin',
          message: `the package \`${name}\` cannot be used: ${error instanceof Error ? error.message : String(error)}`,
          hint: 'its package.json says what it exports: a plug-in has a main module',
        },
      };
    const near = suggest(name, installed(dirname(file)));
    return {
      problem: {
        code: 'missing-package',
        message: `there is no package \`${name}\` in node_modules here or above`,
        hint: near === undefined ? `install it: \`npm install ${name}\`` : `did you mean \`${near}\`?`,
      },
    };
  }
}

/** From the package.json that belongs to the module. */
function versionOf(name: string, module: string): string {
  for (let at = dirname(module); at !== dirname(at); at = dirname(at)) {
    try {
      const found = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')) as Record<string, unknown>;
      if (found['name'] === name && typeof found['version'] === 'string') return found['version'];
    } catch {
      // further up
    }
  }
  return '';
}

function installed(folder: string): readonly string[] {
  const names: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    for (const name of list(join(at, 'node_modules')))
      names.push(
        ...(name.startsWith('@')
          ? list(join(at, 'node_modules', name)).map((one) => `${name}/${one}`)
          : [name]),
      );
    if (at === dirname(at)) return names;
  }
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
