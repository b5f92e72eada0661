// Evaluates expressions of workflows: a JSON list of {expression, contexts} in, their values out.
import { readFileSync } from "node:fs";

import { Evaluator, Lexer, Parser, data } from "./contracts/actions-expressions/dist/index.js";
import { reviver } from "./contracts/actions-expressions/dist/data/reviver.js";
import { truthy } from "./contracts/actions-expressions/dist/result.js";

const CONTEXTS = ["github", "inputs", "matrix", "needs", "secrets", "steps", "vars"];
// As they are in a job that nothing before has failed, of a run that nobody has cancelled.
const STATUS = { always: true, success: true, failure: false, cancelled: false };
const functions = Object.entries(STATUS).map(([name, value]) => ({
  name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value),
}));
const byName = new Map(functions.map((each) => [each.name, each]));

function evaluate({ expression, contexts }) {
  const { tokens } = new Lexer(expression).lex();
  const parsed = new Parser(tokens, CONTEXTS, functions).parse();
  const known = JSON.parse(JSON.stringify(contexts), reviver);
  const value = new Evaluator(parsed, known, byName).evaluate();
  return { text: value.coerceString(), truthy: truthy(value) };
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf-8")).map(evaluate)));
