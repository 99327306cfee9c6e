"""A facade that goes through the logging instances once: who is about to be back is not asked again."""

from services import facade, posting

if __name__ == "__main__":
    posting.ROUNDS = 1
    facade.main()
