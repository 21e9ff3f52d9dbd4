<?php

class Controller extends Base
{
    private Service $service;
    public ?Repo $repo;

    #[Route('/x'), Security\Guard]
    public function show(Request $request, int|Post $id = self::FIRST): Response&Sendable
    {
        $this->service->run($request->query, 1, ...$id);
        $this->repo?->find($id)->name;
        $this->count++;
        $this->total += 2;
        $this->service->state = State::Done;
        parent::show($request);
        self::make();
        static::$cache = Cache::open()->get(key: 'a');
        Cache::$size = Cache::LIMIT;
        $user = new User('a', $id);
        $user->save();
        (new Mailer)->send($user);
        $other = new Mail\Queue();
        $other->push();
        new $class;
        if ($user instanceof Admin || $request instanceof Http\Json) {
            throw new NotFound(Response::class);
        }
        $f = [$this, 'show'];
        helper($f, TIMEOUT, true);
        $callback();
        $user->$method();
        try {
        } catch (Failure | Http\Error $e) {
            log($e->getMessage());
        }
        echo "to {$user->name} and $user->email";
        return match (true) { default => $this->render(array_map('strtoupper', [])) };
    }
}
