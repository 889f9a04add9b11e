"""What the site's page needs to run and to judge a learner's code."""
