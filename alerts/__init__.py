"""Who must know, do they know already, what did they do?"""
