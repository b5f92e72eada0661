export { Array } from "./array.js";
export { BooleanData } from "./boolean.js";
export { Dictionary } from "./dictionary.js";
export { Kind } from "./expressiondata.js";
export { Null } from "./null.js";
export { NumberData } from "./number.js";
export { replacer } from "./replacer.js";
export { reviver } from "./reviver.js";
export { StringData } from "./string.js";
//# sourceMappingURL=index.js.map