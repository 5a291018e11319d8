/** The tensors of a classifier's head: in its artifact, and beside the encoder in a folder that `export` wrote. */
export const headFile = 'head.safetensors';
