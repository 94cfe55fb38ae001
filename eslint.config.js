import { defineConfig } from 'eslint/config'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import ts from 'typescript-eslint'
import svelteConfig from './svelte.config.js'

export default defineConfig(
  { ignores: ['out/', 'dist/', 'node_modules/', 'test-results/', 'playwright-report/', 'resources/'] },
  ...ts.configs.strictTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: { ...globals.node, ...globals.browser },
      parserOptions: { projectService: true, extraFileExtensions: ['.svelte'] },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // Kernels index typed arrays within checked bounds: `array[i]!` says so.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // A room adds its tasks to an interface of machinery's, and has no more to say in it.
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Interfaces promise promises; who implements them need not await anything.
      '@typescript-eslint/require-await': 'off',
      // Interfaces are written with methods, and taken apart: none of ours reads `this`.
      '@typescript-eslint/unbound-method': 'off',
      // In Svelte's effects `void value` says what they follow.
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      // `Promise.withResolvers<void>()` and oRPC's `Record<never, never>` are their authors' own idioms.
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-generated-empty-object-type': 'off',
      // tfjs's layer API takes object literals where it declares classes.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'off',
    },
  },
  {
    // What changes hangs on what owns it, never on a file.
    files: ['src-main/**/*.ts', 'src-renderer/**/*.ts'],
    ignores: ['**/*.test.ts', '**/*.bench.ts', '**/*.test-backend.ts', 'src-main/testing/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: ':matches(Program, Program > ExportNamedDeclaration) > VariableDeclaration[kind="let"]',
          message:
            'State hangs on the object that owns it (a project, an image, a gesture), not on the process.',
        },
      ],
    },
  },
  {
    files: ['**/*.test.ts', '**/*.e2e.ts', 'e2e/**/*.ts', 'src-main/testing/**'],
    rules: { '@typescript-eslint/prefer-promise-reject-errors': 'off' },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    files: ['**/*.svelte'],
    rules: {
      // It reads the reason written behind a code as further codes.
      'svelte/no-unused-svelte-ignore': 'off',
      // The parser has no types for events in markup; svelte-check has, and checks them.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    ...ts.configs.disableTypeChecked,
  },
  {
    files: ['**/*.cjs'],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    files: ['src-main/**/*.ts', 'src-renderer/**/*.{ts,svelte}'],
    ignores: ['src-main/{model,engine}/**', '**/*.{test,bench}.ts', 'src-main/testing/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['@tensorflow/*'],
              message: 'Only model and engine load tfjs: its operations block their process.',
            },
          ],
        },
      ],
    },
  },
)
