<?php
class Old
{
    /**
     * @var IO\Output|null what is written to
     */
    protected $io;

    /** @var Log */
    private static $log;

    /** @var string[] */
    private $names;
    private $plain;
    /** @var Log */
    private Output $typed;

    /**
     * @param  Log $log
     * @return $this
     */
    public function setLog($log)
    {
        $this->io->write($this->names);
        self::$log->info();
        return $this;
    }

    /** @return Log|null */
    public function log() { return $this->log; }
    /** @return Log */
    public function said(): Output {}
    /** @returns nothing */
    public function unsaid() {}
}
