// Which tensors are a ResNet for CIFAR-10. Apart from the net, so that it can be asked without a tensor library.

/** Whether tensors of these names are such a net, as a PyTorch state dict names them. */
export function isResNet(names: Iterable<string>): boolean {
  const found = new Set(names);
  return ['conv1.weight', 'bn1.running_var', 'layer3.0.conv2.weight', 'linear.weight'].every((name) =>
    found.has(name),
  );
}
