from .dense import Gradients
LARGEST_HEAD = 256
def empty_saved(query, key, value, save):
    return tuple(query.new_empty((0,)) for _ in range(3))
def forward(*a, **k): raise NotImplementedError
backward = forward
