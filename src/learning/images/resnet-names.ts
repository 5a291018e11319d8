// Which tensors are a ResNet for CIFAR-10, and how many layers it has. Apart from the net, so that it can be asked without a tensor library.

/** Whether tensors of these names are such a net, as a PyTorch state dict names them. */
export function isResNet(names: Iterable<string>): boolean {
  const found = new Set(names);
  return ['conv1.weight', 'bn1.running_var', 'layer3.0.conv2.weight', 'linear.weight'].every((name) =>
    found.has(name),
  );
}

/** Two convolutions around which a picture can pass. */
export interface ResNetBlock {
  /** Of its weights, `layer1.0`. */
  readonly name: string;
  readonly stride: number;
}

export function resnetBlocks(has: (tensor: string) => boolean): readonly ResNetBlock[] {
  const blocks: ResNetBlock[] = [];
  for (let stage = 1; stage <= 3; stage += 1)
    for (let block = 0; has(`layer${stage}.${block}.conv1.weight`); block += 1)
      blocks.push({ name: `layer${stage}.${block}`, stride: stage > 1 && block === 0 ? 2 : 1 });
  return blocks;
}

/** Parts that can be trained by themselves: the first convolution, and the blocks. */
export function resnetLayers(blocks: readonly ResNetBlock[]): number {
  return blocks.length + 1;
}
