const common = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2024' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};

const project = (displayName, overrides = {}) => ({
  ...common,
  displayName,
  testMatch: [`<rootDir>/test/${displayName}/**/*.test.ts`],
  ...overrides,
});

export default {
  coverageProvider: 'v8',
  testSequencer: '<rootDir>/test/longest-first.ts',
  projects: [project('unit'), project('statemachines'), project('parity'), project('stack'), project('e2e')],
};
