"""A facade that tries every logging instance again and again, as often as its time allows."""

from services import facade, posting

if __name__ == "__main__":
    posting.ROUNDS, posting.PAUSE_S = 10**6, 0.02
    facade.main()
