<?php

declare(strict_types=1);

namespace Acme\Queue;

use Acme\Queue\Exception\QueueException;
use Psr\Log\{LoggerInterface, NullLogger};

use function json_encode;

/**
 * Runs jobs, one after the other.
 *
 * @template T of Job
 */
final class Worker
{
    private const MAX_TRIES = 3;

    private bool $stopped = false;

    /** @var array<string, Handler> */
    private array $handlers = [];

    public function __construct(
        private readonly Transport $transport,
        private LoggerInterface $logger = new NullLogger(),
    ) {
    }

    public function on(string $name, Handler $handler): self
    {
        $this->handlers[$name] = $handler;

        return $this;
    }

    public function run(int $limit = PHP_INT_MAX): int
    {
        $done = 0;
        while (!$this->stopped && $done < $limit) {
            $job = $this->transport->next();
            if ($job === null) {
                break;
            }
            $done += $this->handle($job) ? 1 : 0;
        }

        return $done;
    }

    private function handle(Job $job): bool
    {
        $handler = $this->handlers[$job->name] ?? throw QueueException::unknown($job);
        for ($try = 1; $try <= self::MAX_TRIES; $try++) {
            try {
                $handler->handle($job);
                $this->transport->ack($job);

                return true;
            } catch (QueueException $e) {
                $this->logger->warning(sprintf('%s failed: %s', $job->name, json_encode($e->context())));
            }
        }

        return false;
    }

    public static function withDefaults(?Transport $transport = null): static
    {
        return new static($transport ?? new MemoryTransport());
    }
}
