def good():
    return 1

def bad(:
    return 2

class Fine:
    def method(self):
        return good()

x = = 3

def last():
    pass
