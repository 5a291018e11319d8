// Type-checked lint, and the directions in which folders may import each other.
import tseslint from 'typescript-eslint';

/** No file in `folder` may import from the named folders, nor the packages. */
function forbid(folder, { folders = [], packages = [], allow = [] }) {
  return {
    files: [`src/${folder}/**/*.ts`],
    ignores: allow,
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            ...folders.map((name) => ({
              regex: `^(\\.\\./)+${name}/`,
              message: `src/${folder} must not know src/${name}`,
            })),
            ...packages.map((name) => ({
              regex: `^${name}(/|$)`,
              message: `src/${folder} must not import ${name}`,
            })),
          ],
        },
      ],
    },
  };
}

const tensors = ['@tensorflow/.*', 'onnxruntime-.*'];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', '**/*.mjs', '**/*.js', '**/.fsl/'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  forbid('parser', {
    folders: ['compiler', 'stages', 'learning', 'engine', 'runtime', 'editor'],
    packages: tensors,
  }),
  forbid('compiler', {
    folders: ['learning', 'engine', 'runtime', 'editor'],
    packages: ['chevrotain', ...tensors, 'node:.*'],
  }),
  forbid('learning', {
    folders: ['parser', 'compiler', 'stages', 'runtime', 'editor'],
    packages: ['chevrotain', 'onnxruntime-.*'],
  }),
  forbid('engine', {
    folders: ['parser', 'compiler', 'stages', 'learning', 'runtime', 'editor'],
    packages: ['chevrotain'],
  }),
  forbid('stages', { folders: ['compiler', 'runtime', 'editor'], packages: ['chevrotain'] }),
  forbid('runtime', { folders: ['editor'], packages: ['chevrotain', ...tensors] }),
  {
    files: ['src/learning/**/*.ts'],
    rules: { 'no-restricted-properties': ['error', { property: 'dataSync' }, { property: 'arraySync' }] },
  },
  { files: ['bench/**/*.ts', 'test/**/*.ts'], rules: { 'no-console': 'off' } },
);
