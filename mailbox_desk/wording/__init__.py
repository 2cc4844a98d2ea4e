"""Status and diagnosis -> sentences, by the gettext catalogues; one voice for the command line and the window.

Pure given the catalogues and `now`: it reads nothing else, decides nothing, and no sentence stands in code.
"""

from mailbox_desk.wording.catalogue import MissingWords
from mailbox_desk.wording.voice import Wording

__all__ = ["MissingWords", "Wording"]
