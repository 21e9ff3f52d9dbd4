defmodule Outer do
  defmodule Inner.Deep do
    def a + b, do: {a, b}
    def unquote(name)(), do: 1
    def no_parens, do: :ok
    def with_guard(x) when x in [1, 2], do: x
  end

  defmodule Error do
    defexception message: "no", code: 404
  end
end

defmodule OuterTest do
  use ExUnit.Case, async: true

  describe "inner" do
    setup do
      {:ok, a: 1}
    end

    test "adds", %{a: a} do
      assert a == 1
    end
  end

  test "alone" do
    refute nil
  end
end

defmodule Broken do
  def first(a, b do
    a
  end

  def second, do: 'charlist' ++ ~s(x)
