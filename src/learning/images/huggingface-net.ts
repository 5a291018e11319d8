// Nets of pictures in folders of transformers, by the `model_type` of their config.json. Knows no tensors.
import { badModel, type JsonObject } from '../encoders/model-folder.ts';
import { mobilenetPlan } from './mobilenet-plan.ts';
import type { NetPlan } from './net-plan.ts';
import { resnetPlan } from './resnet-plan.ts';

const plans = { resnet: resnetPlan, mobilenet_v2: mobilenetPlan } as const;

/** Values of `model_type`. */
export type NetType = keyof typeof plans;
export const netTypes = Object.keys(plans);

export const configFile = 'config.json';
export const processorFile = 'preprocessor_config.json';

/** Of a config.json, parsed or not; nothing for models of texts. */
export function netTypeOf(config: unknown): NetType | undefined {
  const type =
    typeof config === 'object' && config !== null && 'model_type' in config ? config.model_type : undefined;
  return typeof type === 'string' && Object.hasOwn(plans, type) ? (type as NetType) : undefined;
}

/** Throws `ModelError` for nets that FSL does not run. */
export function readNetPlan(config: JsonObject): { readonly type: NetType; readonly plan: NetPlan } {
  const type = netTypeOf(config);
  if (type === undefined)
    throw badModel(
      configFile,
      'is of no net of pictures',
      `Those that run have the \`model_type\` ${netTypes.join(' or ')}.`,
    );
  return { type, plan: plans[type](config, configFile) };
}
