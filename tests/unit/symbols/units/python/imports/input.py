import os
import os.path as p, sys
import xml.dom.minidom
from collections import OrderedDict, defaultdict as dd
from . import sibling
from .local import (one,
                    two as deux)
from ...up.more import *
from __future__ import annotations

json = __import__("json")
plugin = importlib.import_module("plugins.extra")


def late():
    from lazy import thing
    try:
        import fast as impl
    except ImportError:
        impl = None
    os.path.join(p.sep, xml.dom.minidom.parse(dd))
    return thing(impl, sibling.call(), deux)
