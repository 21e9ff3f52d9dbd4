class Good
  def fine
    1
  end

  def broken(a,
    other(
  end

  def after
    fine
  end
end
