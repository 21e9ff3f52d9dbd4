local stack = require("stack")

describe("a stack", function()
  local s

  before_each(function()
    s = stack.new()
  end)

  describe("when empty", function()
    it("has nothing", function()
      assert.equal(0, s:size())
    end)

    it("is pending")
  end)
end)
