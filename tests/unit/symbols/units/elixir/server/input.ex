defmodule Gaz.Server do
  @moduledoc """
  Answers what is asked.
  """
  use GenServer
  alias Gaz.{Index, Query}
  import Enum, only: [map: 2]

  @timeout 5_000
  @type t :: %__MODULE__{name: String.t(), size: integer}
  @callback ask(term) :: {:ok, term} | :error

  defstruct name: nil, size: 0

  @doc "Starts it."
  @spec start_link(keyword) :: GenServer.on_start()
  def start_link(opts \\ []) do
    GenServer.start_link(__MODULE__, opts, name: __MODULE__)
  end

  @impl true
  def init(state), do: {:ok, state}

  def handle_call({:get, key}, _from, state) when is_atom(key) do
    {:reply, Map.get(state, key), state}
  end

  def handle_call(:all, _from, state) do
    {:reply, state, state}
  end

  # Not for others.
  defp helper(x), do: x |> map(&(&1 + 1))

  defmacro unless_nil(value, do: block) do
    quote do
      if unquote(value) != nil, do: unquote(block)
    end
  end

  defguard is_small(n) when n < 10
  defdelegate size(x), to: Index
end

defprotocol Gaz.Shown do
  @doc "One line."
  def show(value)
end

defimpl Gaz.Shown, for: Integer do
  def show(value), do: "#{value}\n"
end

defexception_free = ~r/a+b/i
