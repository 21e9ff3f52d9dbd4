<html>
<?php
class Good
{
    public function fine() { return 1; }

    public function broken($a {
        return $a->
    }

    public function after() { return $this->fine(); }
}
?>
</html>
