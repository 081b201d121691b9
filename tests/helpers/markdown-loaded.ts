// The bridge loads the Markdown parser at its first use. A test file that ends meanwhile would break that load, and with
// it the parser, for all later files of the same worker.
import "../../src/chat/markdown/parse.ts";
