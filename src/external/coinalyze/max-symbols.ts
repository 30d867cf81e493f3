/** Most symbols in one request. More are charged, and may be cut off silently. Without the schemas, for runs that send nothing. */
export const MAX_SYMBOLS = 20;
