/** C as drivers write it: text in, translation units and control-flow graphs out. */
export * from './ast.ts';
export * from './unit.ts';
export { createCParser, type CParser, type WasmSource } from './parser.ts';
export { linkUnits, type BesideUnit } from './linked-unit.ts';
export { PASTED } from './function-item.ts';
export { plainName } from './own-names.ts';
export { fileNumber, isInMain } from './sources.ts';
export { besideKey, forgetAll, forgetFile, parseUnit, parseVariants, type ParseInput } from './unit-builder.ts';
export { KeptFunctions, laterPosition } from './moves.ts';
export { buildCfg, type CfgOptions } from './cfg-build.ts';
export { namesTemporary } from './cfg-expr.ts';
export { formatCfg } from './cfg-format.ts';
export type { Cfg, CfgNode, Edge, EdgeLabel, NodeKind } from './cfg.ts';
export { callsIn, children, mapChildren, walkExpr, walkStmt, type StmtVisitor } from './walk.ts';
export { exprText, typeText } from './text.ts';
export {
  fieldType,
  localTypes,
  recordNameOf,
  recordOf,
  resolveType,
  scopeOf,
  typeOfExpr,
  type TypeScope,
} from './infer.ts';
export { fieldsIn } from './fields.ts';
export { foldConstant, spelledNumber, spellsError } from './fold.ts';
export { initialsOf, type Initial } from './initialisers.ts';
export { hashText } from './hash.ts';
export {
  compiledText,
  isCompiled,
  writtenConditionals,
  type WrittenBranch,
  type WrittenConditional,
} from './branches.ts';
