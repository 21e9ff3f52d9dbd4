<?php
namespace App;

use App\Model\User;
use App\Model\Post as Article, App\Model\Tag;
use App\Http\{Request, Response as Reply, Header\Accept};
use function App\Text\slug;
use const App\Text\LIMIT as MAX;
use \Rooted\Name;
use Exception;

require 'config.php';
require_once("lib/a.php");
include __DIR__ . '/views/page.php';
include_once dirname(__FILE__) . '/b.php';
require dirname(__DIR__, 2) . "/vendor/autoload.php";
require "$root/c.php";
require $file;
require(ABSPATH . 'wp-load.php');
$config = require __DIR__ . '/config/app.php';

function load() {
    return include 'late.php';
}
