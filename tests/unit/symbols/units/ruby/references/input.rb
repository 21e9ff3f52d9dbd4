class User < ApplicationRecord
  include Comparable, Models::Named
  extend ClassMethods
  prepend Audit

  has_many :posts, dependent: :destroy
  belongs_to :team
  scope :active, -> { where(active: true) }
  delegate :name, :email, to: :account
  before_save :normalize, :check
  define_method(:dynamic) { |a| a.run }

  def call
    helper
    helper(1, *rest)
    self.name = "x"
    self.class.build
    team.members.map(&:name)
    team&.leader&.greet "hi"
    Mailer.deliver(to: email, subject:)
    Mailer::Queue.push Job.new(self), Deep::Job.new
    @logger = Logger.new($stdout)
    @logger.info LEVEL
    @logger.level = Logger::WARN
    @count += 1
    super
    yield team
    send(:secret, 1)
    method(:helper).call
    raise NotFound, "none" unless team
  rescue Errors::Timeout, IOError => e
    e.retry!
  ensure
    ::Global.close
  end

  private :secret
end
%w[a b].each { |word| puts "#{word} #{Inflector.plural(word)}" }
value ||= compute { top }
case value
when User then value.call
end
