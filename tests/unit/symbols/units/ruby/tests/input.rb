require "minitest/autorun"

class StackTest < Minitest::Test
  def setup
    @stack = Stack.new
  end

  def test_push
    assert_equal 1, @stack.push(1)
  end

  test "pops what was pushed" do
    @stack.pop
  end

  def helper; end
end

RSpec.describe Stack do
  let(:stack) { described_class.new }
  subject(:size) { stack.size }

  describe "#push" do
    it "adds one" do
      expect { stack.push(1) }.to change { size }.by(1)
    end

    context "when full" do
      it("fails") { expect(stack).to be_full }
      it "is pending"
    end
  end

  def make
    stack
  end
end

namespace :db do
  desc "Creates it"
  task :create => :environment do
    Stack.create
  end
  task "drop"
  task load: [:create] do
  end
end
