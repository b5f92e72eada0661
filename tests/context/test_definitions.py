"""Which lines define a name, in each family of languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.context.code import definitions

DEFINING = [
    ("py", "def charge(price):"),
    ("py", "    async def charge(self):"),
    ("py", "class charge(Base):"),
    ("py", "charge: Final = 3"),
    ("js", "function charge (price) {"),
    ("js", "export default async function charge() {"),
    ("js", "export const charge = (price) => price"),
    ("js", "  const charge = async price => {"),
    ("js", "  async charge(price: number, rest = count(1)): Promise<void> {"),
    ("js", "  private static charge<T extends Price>(price: T) {"),
    ("js", "  charge(price: number): Receipt"),
    ("js", "Till.prototype.charge = function (price) {"),
    ("js", "exports.charge = (price) => {"),
    ("js", "  charge: function (price) {"),
    ("js", "export abstract class charge<T> {"),
    ("js", "export interface charge {"),
    ("js", "export type charge = {"),
    ("go", "func charge(price int) error {"),
    ("go", "func (t *Till) charge(price int) error {"),
    ("go", "type charge struct {"),
    ("go", "\ttype charge interface {"),
    ("go", "var charge = 3"),
    ("java", "    public static <T> List<T> charge(int price) {"),
    ("java", "    @Override public void charge(int price) throws IOException {"),
    ("java", "    int charge(int price);"),
    ("java", "public final class charge extends Till {"),
    ("java", "public @interface charge {"),
    ("java", "    suspend fun charge(price: Int): Receipt = TODO()"),
    ("java", "data class charge(val price: Int)"),
    ("java", "object charge {"),
    ("java", "  override def charge(price: Int): Receipt ="),
    ("cs", "    public async Task<int> charge<T>(int price)"),
    ("cs", "    void ITill.charge(int price)"),
    ("cs", "    internal sealed partial class charge"),
    ("cs", "    public record charge(int Price);"),
    ("c", "static int charge(int price)"),
    ("c", "unsigned long long *charge(struct till *t, int price) {"),
    ("c", "void Till::charge(int price) {"),
    ("c", "    virtual void charge(int price) = 0;"),
    ("c", "#define charge(x) ((x) * 100)"),
    ("c", "typedef struct charge {"),
    ("c", "enum class charge : int {"),
    ("rs", "pub(crate) async unsafe fn charge<T>(price: T) {"),
    ("rs", "    pub const charge: usize = 3;"),
    ("rs", "impl_it! {} macro_rules! charge"[12:]),
    ("rs", "pub trait charge {"),
    ("rb", "  def self.charge(price)"),
    ("rb", "  private def charge(price)"),
    ("rb", "class Shop::charge < Base"),
    ("rb", "  def charge?"),
    ("php", "    public static function charge(int $price): int"),
    ("php", "abstract class charge"),
    ("php", "    private const charge = 3;"),
    ("swift", "    public func charge(price: Int) {"),
    ("ex", "  defp charge(price) do"),
    ("dart", "  Future<void> charge(int price) async {"),
]
OTHER = [
    ("py", "    charge(price)"),
    ("py", "    charge = 3"),
    ("py", "if charge == 3:"),
    ("js", "    charge(price)"),
    ("js", "    await charge(price);"),
    ("js", "    if (charge(price)) {"),
    ("js", "    charge(price, () => {"),
    ("js", "    charge('a price', function () {"),
    ("js", "    const charge = this.price"),
    ("js", "    return charge(price)"),
    ("go", "\tcharge(price)"),
    ("java", "        return charge(price);"),
    ("java", "        throw new charge(price);"),
    ("java", "        new charge(price);"),
    ("java", "        else charge(price);"),
    ("cs", "        await charge(price);"),
    ("c", "    charge(price);"),
    ("c", "    return charge(price);"),
    ("c", "struct charge *next;"),
    ("rs", "    charge(price);"),
    ("rb", "    charge(price)"),
    ("php", "        charge($price);"),
    ("md", "def charge(price):"),
    ("", "def charge(price):"),
]


@pytest.mark.parametrize(("family", "line"), DEFINING)
def test_a_line_defines_a_name(family: str, line: str) -> None:
    assert definitions.find_on_line(line, family) == "charge"


@pytest.mark.parametrize(("family", "line"), OTHER)
def test_a_line_that_uses_a_name_defines_none(family: str, line: str) -> None:
    assert definitions.find_on_line(line, family) == ""


def test_definitions_are_found_with_the_offsets_of_their_lines() -> None:
    text = b"import x\r\n\r\nclass Till:\r\n    def charge(self):\r\n        pass\r\n"
    assert list(definitions.find(text, "py")) == [(b"Till", 12), (b"charge", 25)]


def test_generated_definitions_are_read_up_to_a_limit() -> None:
    text = b"def f():\n" * (definitions.DEFINITIONS_PER_FILE + 5)
    assert sum(1 for _ in definitions.find(text, "py")) == definitions.DEFINITIONS_PER_FILE


@given(st.text(alphabet="ab(){}<>:=;*# \tdefclasfnt", max_size=80))
def test_no_line_breaks_a_pattern(line: str) -> None:
    for family in definitions.FAMILIES:
        name = definitions.find_on_line(line, family)
        assert name in line
        assert set(name).isdisjoint("(){}<>:=;*# \t")
