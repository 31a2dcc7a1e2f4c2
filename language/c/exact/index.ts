/**
 * The exact reading of C: a full preprocessor and a parser that knows types, for programs that are to run. The tolerant
 * reading of the rest of language/c serves analysis, where most headers are missing and every file must give something;
 * here all declarations are at hand, a macro is what it expands to, and what can't be read is an error at its place.
 * Both give the same tree (ast.ts).
 */
export { packHeaders, readHeaders, unpackHeaders, type Headers, type PackedHeaders } from './headers.ts';
export { LaterMap } from './later-map.ts';
export { ExactParser, parseExpression, type ExactFunction, type ExactProblem, type ExactProgram } from './parser.ts';
export type { MacroTable } from './macros.ts';
export { Preprocessor, type IncludeReader } from './preprocess.ts';
export { CSyntaxError, FILE_BASE, tokenize, tooDeep, type CommentToken, type Token } from './tokens.ts';
