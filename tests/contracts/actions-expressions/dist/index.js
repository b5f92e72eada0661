export { Expr } from "./ast.js";
export { complete } from "./completion.js";
export { DescriptionDictionary, isDescriptionDictionary } from "./completion/descriptionDictionary.js";
export * as data from "./data/index.js";
export { ExpressionError, ExpressionEvaluationError } from "./errors.js";
export { Evaluator } from "./evaluator.js";
export { FeatureFlags } from "./features.js";
export { wellKnownFunctions } from "./funcs.js";
export { Lexer } from "./lexer.js";
export { Parser } from "./parser.js";
//# sourceMappingURL=index.js.map