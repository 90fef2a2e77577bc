/** The Debian packages that Kiln uses, and what for. */
export declare const DEBIAN_PACKAGES: Readonly<Record<string, string>>;

/** More that only the tests use. */
export declare const TEST_PACKAGES: Readonly<Record<string, string>>;
