struct Engine {
    Motor motor;
    Motor *spare;
    std::unique_ptr<Pump> pump;
    void run(int n);
};

void Engine::run(int n)
{
    motor.start(n, 1);
    spare->stop();
    this->motor.start();
    run(n - 1);
    util::log::write("x", n);
    Motor other(3);
    other.stop();
    throw Failure("x");
    try {
        std::swap(motor, other);
    } catch (const std::exception &e) {
        report(e.what());
    }
    if (auto *found = find(n))
        found->use();
    n += motor.speed;
}

Engine make_engine(Motor &&m) { return Engine{m}; }
